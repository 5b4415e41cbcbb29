locals {
  name = "dev"
  id   = yamldecode(file("${get_repo_root()}/accounts.yml"))["dev"].id
}
