# Makes an account for each request. Its output `accounts` tells Pipelines what it has made.
include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "${get_repo_root()}/modules/account-factory"
}

inputs = {
  requests = "${get_repo_root()}/_new-account-requests"
}
