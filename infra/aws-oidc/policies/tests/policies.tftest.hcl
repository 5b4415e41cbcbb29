variables {
  repository   = "acme/infrastructure-live"
  provider_arn = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
  state = {
    bucket         = "acme-state"
    key_prefix     = "prod/"
    kms_key_arn    = "arn:aws:kms:eu-west-1:111111111111:key/k"
    lock_table_arn = "arn:aws:dynamodb:eu-west-1:111111111111:table/locks"
  }
}

run "without_environments_the_branch_applies" {
  command = plan

  assert {
    condition     = output.trusted_subjects.apply == tolist(["repo:acme/infrastructure-live:ref:refs/heads/main"])
    error_message = "Only the deploy branch may apply."
  }

  assert {
    condition     = contains(output.trusted_subjects.plan, "repo:acme/infrastructure-live:pull_request")
    error_message = "Pull requests plan."
  }
}

run "with_environments_only_they_apply_in_both_forms_of_the_subject" {
  command = plan

  variables {
    github_environments = ["production: eu"]
    repository_ids      = { owner = 11, repository = 22 }
  }

  assert {
    condition = output.trusted_subjects.apply == [
      "repo:acme/infrastructure-live:environment:production%3A eu",
      "repo:acme@11/infrastructure-live@22:environment:production%3A eu",
    ]
    error_message = "A token of the bare branch would go round the approvals."
  }

  assert {
    condition     = length([for subject in output.trusted_subjects.plan : subject if startswith(subject, "repo:acme@11/")]) == 3
    error_message = "Each subject is there in both forms."
  }
}

run "applies_of_other_accounts_may_read_and_nothing_else" {
  command = plan

  variables {
    github_environments = ["network"]
    plan_environments   = ["production", "network"]
    repository_ids      = { owner = 11, repository = 22 }
  }

  assert {
    condition = alltrue([
      for subject in ["repo:acme/infrastructure-live:environment:production", "repo:acme@11/infrastructure-live@22:environment:production"] :
      contains(output.trusted_subjects.plan, subject) && !contains(output.trusted_subjects.apply, subject)
    ])
    error_message = "Another account's environment reads here, in both forms of the subject, and never applies."
  }

  assert {
    condition     = length(distinct(output.trusted_subjects.plan)) == length(output.trusted_subjects.plan)
    error_message = "No subject is named twice."
  }
}

run "subjects_are_compared_whole" {
  command = plan

  assert {
    condition = alltrue([
      for policy in values(output.trust) :
      keys(jsondecode(policy).Statement[0].Condition) == ["StringEquals"] && !strcontains(policy, "*")
    ])
    error_message = "No wildcard and no StringLike in a trust policy."
  }

  assert {
    condition     = !strcontains(output.trust.apply, ":pull_request")
    error_message = "A pull request must not take the apply role."
  }
}

run "plans_only_read" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for statement in jsondecode(output.state.plan).Statement : [
        for action in statement.Action : can(regex("^(s3:(Get|List)|kms:(Decrypt|Describe))", action))
      ]
    ]))
    error_message = "The plan role writes nothing."
  }

  assert {
    condition = [
      for statement in jsondecode(output.state.apply).Statement : statement.Resource if contains(statement.Action, "s3:DeleteObject")
    ] == ["arn:aws:s3:::acme-state/prod/*.tflock"]
    error_message = "Nothing but locks is deleted from the bucket."
  }
}

run "wildcards_are_refused" {
  command = plan

  variables {
    repository          = "acme/*"
    deploy_branch       = "release/*"
    github_environments = ["prod*"]
    plan_environments   = ["*"]
  }

  expect_failures = [var.repository, var.deploy_branch, var.github_environments, var.plan_environments]
}

run "applies_write_state_and_take_locks_below_the_prefix_and_nowhere_else" {
  command = plan

  assert {
    condition = {
      for action in ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "kms:GenerateDataKey", "dynamodb:PutItem"] :
      action => one([for statement in jsondecode(output.state.apply).Statement : statement.Resource if contains(statement.Action, action)])
      } == {
      "s3:GetObject"        = "arn:aws:s3:::acme-state/prod/*"
      "s3:PutObject"        = "arn:aws:s3:::acme-state/prod/*"
      "s3:DeleteObject"     = "arn:aws:s3:::acme-state/prod/*.tflock"
      "kms:GenerateDataKey" = var.state.kms_key_arn
      "dynamodb:PutItem"    = var.state.lock_table_arn
    }
    error_message = "Each right is given once, for the state's own prefix, key and table."
  }

  assert {
    condition     = !strcontains(output.state.apply, "\"*\"") && !strcontains(output.state.apply, ":*\"")
    error_message = "No right for everything, and none for every action of a service."
  }
}

run "a_bucket_alone_gives_no_rights_to_keys_and_tables" {
  command = plan

  variables {
    state = { bucket = "acme-state" }
  }

  assert {
    condition     = !strcontains(output.state.apply, "kms:") && !strcontains(output.state.apply, "dynamodb:")
    error_message = "What the state does not use is not allowed."
  }
}
