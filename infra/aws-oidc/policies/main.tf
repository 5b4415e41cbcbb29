# Who may take which role, and what both may do to state. Values only, no provider: so all of it is tested offline.
terraform {
  required_version = ">= 1.6"
}

locals {
  # The repository as tokens name it: the old form, and where the ids are known the one with ids. Both name exactly this
  # repository. GitHub writes a colon in a name as %3A.
  owner = split("/", var.repository)[0]
  name  = split("/", var.repository)[1]
  with_ids = var.repository_ids == null ? [] : [
    "repo:${local.owner}@${var.repository_ids.owner}/${local.name}@${var.repository_ids.repository}",
  ]
  subjects = concat(["repo:${var.repository}"], local.with_ids)

  on_pull_request = [for subject in local.subjects : "${subject}:pull_request"]
  on_branch       = [for subject in local.subjects : "${subject}:ref:refs/heads/${replace(var.deploy_branch, ":", "%3A")}"]
  in_environments = {
    for role, environments in { apply = var.github_environments, plan = var.plan_environments } : role => flatten([
      for subject in local.subjects : [
        for environment in environments : "${subject}:environment:${replace(environment, ":", "%3A")}"
      ]
    ])
  }

  # An apply reads what its units depend on with the plan role, in its own account and in others. So what may apply here
  # may also plan here, and so may the applies of other accounts' environments that are named for it.
  plan_subjects = distinct(concat(local.on_pull_request, local.on_branch, local.in_environments.apply, local.in_environments.plan))
  # With GitHub environments a token of the bare branch is not enough: it would go round their approvals.
  apply_subjects = length(var.github_environments) == 0 ? local.on_branch : local.in_environments.apply

  trusts = {
    for role, subjects in { plan = local.plan_subjects, apply = local.apply_subjects } : role => {
      Version                    = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Action    = "sts:AssumeRoleWithWebIdentity"
        Principal = { Federated = var.provider_arn }
        # Equals, never like: a wildcard in a subject is how other repositories get in.
        Condition = {
          StringEquals = {
            "${var.issuer}:aud" = var.audience
            "${var.issuer}:sub" = subjects
          }
        }
      }]
    }
  }

  bucket      = "arn:${var.partition}:s3:::${var.state.bucket}"
  state_files = "${local.bucket}/${var.state.key_prefix}*"
  kms         = var.state.kms_key_arn == null ? [] : [var.state.kms_key_arn]
  lock_table  = var.state.lock_table_arn == null ? [] : [var.state.lock_table_arn]

  # Plans take no lock and write no state. Listing is not narrowed to the prefix: S3 answers a missing state with "not
  # found" only to those who may list, in a request without a prefix, and with "forbidden" to all others.
  reading = concat(
    [
      { Sid = "ListState", Effect = "Allow", Action = ["s3:ListBucket", "s3:GetBucketVersioning", "s3:GetBucketLocation"], Resource = local.bucket },
      { Sid = "ReadState", Effect = "Allow", Action = ["s3:GetObject"], Resource = local.state_files },
    ],
    [for key in local.kms : { Sid = "DecryptState", Effect = "Allow", Action = ["kms:Decrypt", "kms:DescribeKey"], Resource = key }],
  )
  # State itself is never deleted; the lock file beside it (`use_lockfile`) is.
  writing = concat(
    [
      { Sid = "WriteState", Effect = "Allow", Action = ["s3:PutObject"], Resource = local.state_files },
      { Sid = "ReleaseLock", Effect = "Allow", Action = ["s3:DeleteObject"], Resource = "${local.state_files}.tflock" },
    ],
    [for key in local.kms : { Sid = "EncryptState", Effect = "Allow", Action = ["kms:Encrypt", "kms:GenerateDataKey"], Resource = key }],
    [for table in local.lock_table : { Sid = "LockTable", Effect = "Allow", Action = ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"], Resource = table }],
  )
}

output "trusted_subjects" {
  description = "Which tokens of GitHub may take which role."
  value       = { plan = local.plan_subjects, apply = local.apply_subjects }
}

output "trust" {
  description = "The roles' trust policies, as JSON."
  value       = { for role, policy in local.trusts : role => jsonencode(policy) }
}

output "state" {
  description = "What the roles may do to state and locks, as JSON."
  value = {
    plan  = jsonencode({ Version = "2012-10-17", Statement = local.reading })
    apply = jsonencode({ Version = "2012-10-17", Statement = concat(local.reading, local.writing) })
  }
}
