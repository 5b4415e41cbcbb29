locals {
  files = { for file in fileset(var.requests, "*.{yml,yaml}") : file => yamldecode(file("${var.requests}/${file}")) }
  # As Pipelines has it: `account-qa.yml` asks for `qa` as well.
  requests = { for file, request in local.files : trimprefix(replace(file, "/\\.ya?ml$/", ""), "account-") => request }
}

resource "aws_organizations_account" "this" {
  for_each = local.requests

  name      = each.key
  email     = try(each.value.email, each.value.account_email)
  parent_id = try(each.value.ou, var.parent_id)
  role_name = var.role_name
  tags      = try(each.value.tags, null)

  # AWS does not tell it, so that each plan would replace the account.
  lifecycle {
    ignore_changes = [role_name]
  }
}
