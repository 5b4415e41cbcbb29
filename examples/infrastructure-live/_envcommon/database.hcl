terraform {
  source = "${get_repo_root()}/modules/database"
}

dependency "network" {
  config_path = "../network"

  mock_outputs                            = { network_id = "not-yet-known" }
  mock_outputs_allowed_terraform_commands = ["validate", "plan"]
}

inputs = {
  network_id = dependency.network.outputs.network_id
  engine     = "postgres-17"
}
