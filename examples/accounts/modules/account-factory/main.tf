# A stand-in that makes nothing but ids. For AWS Organizations: infra/account-factory.
variable "requests" {
  description = "The folder of the request files, one account each: `<name>.yml`."
  type        = string
}

locals {
  requests = { for file in fileset(var.requests, "*.yml") : trimsuffix(file, ".yml") => yamldecode(file("${var.requests}/${file}")) }
}

resource "terraform_data" "account" {
  for_each = local.requests

  input = {
    id    = format("%012d", parseint(substr(sha1(each.key), 0, 8), 16))
    email = each.value.email
  }
}

# What Pipelines reads after the apply: every account, by the name of its request file.
output "accounts" {
  value = { for name, account in terraform_data.account : name => { id = account.output.id, email = account.output.email } }
}
