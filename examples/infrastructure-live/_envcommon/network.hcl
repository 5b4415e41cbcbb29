# What the networks of all environments have in common.
terraform {
  source = "${get_repo_root()}/modules/network"
}

inputs = {
  zones = 2
  dns   = true
}
