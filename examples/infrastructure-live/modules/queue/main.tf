variable "account_name" { type = string }
variable "account_id" { type = string }
variable "region" { type = string }
variable "app_url" { type = string }

resource "terraform_data" "queue" {
  input = "${var.account_name}-${var.region}"
}

resource "terraform_data" "subscription" {
  input = var.app_url
}
