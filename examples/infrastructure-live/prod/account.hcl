locals {
  name = "prod"
  id   = yamldecode(file("${get_repo_root()}/accounts.yml"))["prod"].id
}
