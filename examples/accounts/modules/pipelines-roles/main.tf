# A stand-in for infra/aws-oidc, which makes the roles `pipelines-plan` and `pipelines-apply` in an account.
variable "for_account" {
  type = object({ name = string, id = string })
}

resource "terraform_data" "role" {
  for_each = toset(["pipelines-plan", "pipelines-apply"])

  input = "arn:aws:iam::${var.for_account.id}:role/${each.key}"
}
