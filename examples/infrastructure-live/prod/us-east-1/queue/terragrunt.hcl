include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "${get_repo_root()}/modules/queue"
}

dependency "app" {
  config_path = "../app"

  mock_outputs                            = { url = "https://not-yet-known.example.com" }
  mock_outputs_allowed_terraform_commands = ["validate", "plan"]
}

inputs = {
  app_url = dependency.app.outputs.url
}
