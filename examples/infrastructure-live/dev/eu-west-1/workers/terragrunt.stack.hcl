# Terragrunt generates these units into .terragrunt-stack beside this file, which is not committed.
locals {
  app = "../../../app"
}

unit "reports" {
  source = "${get_repo_root()}/catalog/units/worker"
  path   = "reports"
  values = { app = local.app, schedule = "every day" }
}

unit "cleanup" {
  source = "${get_repo_root()}/catalog/units/worker"
  path   = "cleanup"
  values = { app = local.app, schedule = "every week" }
}
