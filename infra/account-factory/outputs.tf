output "accounts" {
  description = "What Pipelines reads after the apply: every account, by the name of its request."
  value = {
    for name, account in aws_organizations_account.this :
    name => merge(try({ for key, value in local.requests[name].values : key => tostring(value) }, {}), { id = account.id, email = account.email })
  }
}
