# Every unit includes this file.
locals {
  account = read_terragrunt_config(find_in_parent_folders("account.hcl")).locals
  region  = read_terragrunt_config(find_in_parent_folders("region.hcl")).locals
}

# A real repository keeps state in a bucket of each account. This one keeps it on disk, so that it runs anywhere.
remote_state {
  backend = "local"
  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }
  config = {
    path = "${get_env("STATE_FOLDER", "/tmp/infrastructure-live-state")}/${path_relative_to_include()}/terraform.tfstate"
  }
}

inputs = {
  account_name = local.account.name
  account_id   = local.account.id
  region       = local.region.name
}
