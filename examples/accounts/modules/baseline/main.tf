# A stand-in for what every account has: budgets, logs, guard rails.
variable "account_name" { type = string }
variable "account_id" { type = string }

resource "terraform_data" "baseline" {
  input = "${var.account_name} ${var.account_id}"
}
