# The roles that Pipelines plans and applies {{ account.name }} with.
include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "${get_repo_root()}/modules/pipelines-roles"
}

inputs = {
  for_account = {
    name = "{{ account.name }}"
    id   = "{{ account.id }}"
  }
}
