variable "repository" {
  description = "The infrastructure-live repository, owner/name."
  type        = string
}

variable "repository_ids" {
  description = "The numeric ids of the owner and the repository. Repositories made, renamed or transferred after 15 July 2026 have them in the token's subject. `gh api repos/OWNER/NAME --jq '{owner: .owner.id, repository: .id}'`"
  type = object({
    owner      = number
    repository = number
  })
  default = null
}

variable "deploy_branch" {
  description = "The only branch whose pushes apply."
  type        = string
  default     = "main"
}

variable "github_environments" {
  description = "GitHub environments of the Pipelines environments in this account. Their jobs have the environment in the token's subject INSTEAD of the branch, so each of them has to allow the deploy branch only. Empty: applies run without a GitHub environment."
  type        = list(string)
  default     = []
}

variable "plan_environments" {
  description = "GitHub environments of OTHER accounts' applies that read outputs of units in this account. They get the plan role, which only reads, and nothing else: a job with a GitHub environment has that environment in its token's subject in the place of the branch."
  type        = list(string)
  default     = []
}

variable "state" {
  description = "Where units of this account keep state: an S3 bucket, the prefix of their keys, the KMS key's ARN where the bucket is encrypted with one, and the lock table's ARN where locks are in DynamoDB."
  type = object({
    bucket         = string
    key_prefix     = optional(string, "")
    kms_key_arn    = optional(string)
    lock_table_arn = optional(string)
  })
}

variable "plan_role" {
  description = "The plan role's name: `plan_role` in .pipelines/config.yml."
  type        = string
  default     = "pipelines-plan"
}

variable "apply_role" {
  description = "The apply role's name: `apply_role` in .pipelines/config.yml."
  type        = string
  default     = "pipelines-apply"
}

variable "plan_policy_arns" {
  description = "What plans may read. AWS's own ViewOnlyAccess lists and describes; ReadOnlyAccess also reads data such as S3 objects, which anybody who can open a pull request could then read."
  type        = list(string)
  default     = ["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"]
}

variable "apply_policy_arns" {
  description = "What applies may do. There is no default: it depends on what the units manage."
  type        = list(string)
}

variable "permissions_boundary" {
  description = "ARN of a permissions boundary for both roles."
  type        = string
  default     = null
}

variable "create_provider" {
  description = "Whether to make the OIDC provider; false where the account has it. An account has one per issuer."
  type        = bool
  default     = true
}

variable "issuer" {
  description = "The issuer's host. On GitHub Enterprise Server: HOST/_services/token."
  type        = string
  default     = "token.actions.githubusercontent.com"
}

variable "audience" {
  description = "The token's audience."
  type        = string
  default     = "sts.amazonaws.com"
}
