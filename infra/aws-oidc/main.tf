data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  provider_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:oidc-provider/${var.issuer}"
}

module "policies" {
  source = "./policies"

  repository          = var.repository
  repository_ids      = var.repository_ids
  deploy_branch       = var.deploy_branch
  github_environments = var.github_environments
  plan_environments   = var.plan_environments
  state               = var.state
  provider_arn        = local.provider_arn
  partition           = data.aws_partition.current.partition
  issuer              = var.issuer
  audience            = var.audience
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.create_provider ? 1 : 0

  url            = "https://${var.issuer}"
  client_id_list = [var.audience]
}

resource "aws_iam_role" "plan" {
  name                 = var.plan_role
  description          = "Pipelines: plans of ${var.repository}. Whoever can push a branch can use it."
  assume_role_policy   = module.policies.trust.plan
  permissions_boundary = var.permissions_boundary
  max_session_duration = 3600
}

resource "aws_iam_role" "apply" {
  name                 = var.apply_role
  description          = "Pipelines: applies of ${var.repository} from ${var.deploy_branch}."
  assume_role_policy   = module.policies.trust.apply
  permissions_boundary = var.permissions_boundary
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "plan_state" {
  name   = "state"
  role   = aws_iam_role.plan.id
  policy = module.policies.state.plan
}

resource "aws_iam_role_policy" "apply_state" {
  name   = "state"
  role   = aws_iam_role.apply.id
  policy = module.policies.state.apply
}

resource "aws_iam_role_policy_attachment" "plan" {
  for_each = toset(var.plan_policy_arns)

  role       = aws_iam_role.plan.name
  policy_arn = each.value
}

resource "aws_iam_role_policy_attachment" "apply" {
  for_each = toset(var.apply_policy_arns)

  role       = aws_iam_role.apply.name
  policy_arn = each.value
}
