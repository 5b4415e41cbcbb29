variable "repository" {
  description = "The infrastructure-live repository, owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository is written owner/name, without wildcards."
  }
}

variable "repository_ids" {
  description = "The numeric ids of the owner and the repository."
  type        = object({ owner = number, repository = number })
  default     = null
}

variable "deploy_branch" {
  description = "The only branch whose pushes apply."
  type        = string
  default     = "main"

  validation {
    condition     = !can(regex("[*?]", var.deploy_branch))
    error_message = "deploy_branch is one branch, without wildcards."
  }
}

variable "github_environments" {
  description = "GitHub environments of the applies; empty where they run without one."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.github_environments : !can(regex("[*?]", name))])
    error_message = "github_environments are names, without wildcards."
  }
}

variable "plan_environments" {
  description = "GitHub environments of other accounts' applies, which may plan here and not apply."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.plan_environments : !can(regex("[*?]", name))])
    error_message = "plan_environments are names, without wildcards."
  }
}

variable "state" {
  description = "Where state is: bucket, prefix of the keys, KMS key, lock table."
  type = object({
    bucket         = string
    key_prefix     = optional(string, "")
    kms_key_arn    = optional(string)
    lock_table_arn = optional(string)
  })
}

variable "provider_arn" {
  description = "The OIDC provider's ARN."
  type        = string
}

variable "partition" {
  description = "The AWS partition."
  type        = string
  default     = "aws"
}

variable "issuer" {
  description = "The issuer's host."
  type        = string
  default     = "token.actions.githubusercontent.com"
}

variable "audience" {
  description = "The token's audience."
  type        = string
  default     = "sts.amazonaws.com"
}
