output "plan_role_arn" {
  description = "For `plan_role`; the name alone is enough."
  value       = aws_iam_role.plan.arn
}

output "apply_role_arn" {
  description = "For `apply_role`; the name alone is enough."
  value       = aws_iam_role.apply.arn
}

output "provider_arn" {
  description = "The OIDC provider."
  value       = local.provider_arn
}

output "trusted_subjects" {
  description = "Which tokens of GitHub may take which role."
  value       = module.policies.trusted_subjects
}
