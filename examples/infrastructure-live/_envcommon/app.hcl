terraform {
  source = "${get_repo_root()}/modules/app"
}

dependency "network" {
  config_path = "../network"

  mock_outputs                            = { network_id = "not-yet-known" }
  mock_outputs_allowed_terraform_commands = ["validate", "plan"]
}

dependency "database" {
  config_path = "../database"

  mock_outputs                            = { endpoint = "not-yet-known" }
  mock_outputs_allowed_terraform_commands = ["validate", "plan"]
}

inputs = {
  network_id        = dependency.network.outputs.network_id
  database_endpoint = dependency.database.outputs.endpoint
  settings          = yamldecode(file("${get_terragrunt_dir()}/settings.yml"))
}
