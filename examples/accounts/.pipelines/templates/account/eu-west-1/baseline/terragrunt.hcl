include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "${get_repo_root()}/modules/baseline"
}

# Nothing runs in the account before it has the roles to run with.
dependencies {
  paths = ["${get_repo_root()}/management/global/roles/{{ account.name }}"]
}
