mock_provider "aws" {
  mock_resource "aws_organizations_account" {
    defaults = {
      id = "333333333333"
    }
  }
}

variables {
  requests  = "tests/requests"
  parent_id = "ou-default"
}

run "each_request_becomes_an_account" {
  assert {
    condition     = output.accounts == { qa = { id = "333333333333", email = "aws+qa@example.com", region = "eu-west-1" }, ops = { id = "333333333333", email = "aws+ops@example.com" } }
    error_message = "The output has every account by the name of its request."
  }

  assert {
    condition     = aws_organizations_account.this["ops"].parent_id == "ou-1" && aws_organizations_account.this["qa"].parent_id == "ou-default"
    error_message = "A request may name its organizational unit."
  }
}
