mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = {
      account_id = "111111111111"
    }
  }

  mock_data "aws_partition" {
    defaults = {
      partition = "aws"
    }
  }
}

variables {
  repository           = "acme/infrastructure-live"
  github_environments  = ["production"]
  apply_policy_arns    = ["arn:aws:iam::aws:policy/PowerUserAccess"]
  permissions_boundary = "arn:aws:iam::111111111111:policy/boundary"
  state = {
    bucket = "acme-state"
  }
}

run "each_role_has_its_own_trust_and_policies" {
  assert {
    condition     = strcontains(aws_iam_role.apply.assume_role_policy, "repo:acme/infrastructure-live:environment:production")
    error_message = "The apply role trusts the GitHub environment."
  }

  assert {
    condition     = !strcontains(aws_iam_role.apply.assume_role_policy, "pull_request")
    error_message = "No pull request may take the apply role."
  }

  assert {
    condition     = strcontains(aws_iam_role.plan.assume_role_policy, "repo:acme/infrastructure-live:pull_request")
    error_message = "Pull requests plan."
  }

  assert {
    condition     = strcontains(aws_iam_role.plan.assume_role_policy, "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com")
    error_message = "The trust names the provider of this account."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.plan_state.policy, "s3:PutObject") && strcontains(aws_iam_role_policy.apply_state.policy, "s3:PutObject")
    error_message = "Only applies write state."
  }

  assert {
    condition     = aws_iam_role.plan.permissions_boundary == var.permissions_boundary && aws_iam_role.apply.permissions_boundary == var.permissions_boundary
    error_message = "The boundary holds for both roles."
  }

  assert {
    condition     = [for attached in aws_iam_role_policy_attachment.apply : attached.policy_arn] == ["arn:aws:iam::aws:policy/PowerUserAccess"]
    error_message = "The apply role gets what it was given, and nothing else."
  }

  assert {
    condition     = [for attached in aws_iam_role_policy_attachment.plan : attached.policy_arn] == ["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"]
    error_message = "Plans look, and nothing else."
  }
}

run "the_account_gets_the_provider_of_the_issuer" {
  assert {
    condition     = aws_iam_openid_connect_provider.github[0].url == "https://token.actions.githubusercontent.com" && aws_iam_openid_connect_provider.github[0].client_id_list == toset(["sts.amazonaws.com"])
    error_message = "GitHub's issuer, with the audience of STS."
  }
}

run "an_account_that_has_the_provider_gets_no_second_one" {
  variables {
    create_provider = false
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "An account has one provider per issuer."
  }
}
