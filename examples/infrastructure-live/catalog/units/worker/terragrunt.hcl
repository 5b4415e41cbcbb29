# A template: the stacks that name it make units of it, and give it its values.
include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "${get_repo_root()}/modules/worker"
}

dependency "app" {
  config_path = values.app

  mock_outputs                            = { url = "https://not-yet-known.example.com" }
  mock_outputs_allowed_terraform_commands = ["validate", "plan"]
}

inputs = {
  app_url  = dependency.app.outputs.url
  schedule = values.schedule
}
