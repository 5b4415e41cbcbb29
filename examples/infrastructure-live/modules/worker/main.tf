variable "account_name" { type = string }
variable "account_id" { type = string }
variable "region" { type = string }
variable "app_url" { type = string }
variable "schedule" { type = string }

resource "terraform_data" "worker" {
  input = "${var.schedule} ${var.app_url}"
}
