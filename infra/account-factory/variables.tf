variable "requests" {
  description = "The folder of the request files: `$${get_repo_root()}/_new-account-requests`."
  type        = string
}

variable "parent_id" {
  description = "The organizational unit of accounts whose request names none; the organization's root where it is left out."
  type        = string
  default     = null
}

variable "role_name" {
  description = "The administrator's role that AWS makes in a new account. The pipelines' own roles are made through it."
  type        = string
  default     = "OrganizationAccountAccessRole"
}
