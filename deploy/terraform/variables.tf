variable "trusted_principal" {
  description = "Who may enter the role: the ARN of a role or user, or an account's id for all that the account allows."
  type        = string

  validation {
    condition     = can(regex("^([0-9]{12}|arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:.+)$", var.trusted_principal))
    error_message = "An ARN of IAM or STS, or an account id of twelve digits, is expected."
  }
}

variable "external_id" {
  description = "What must be given as --external-id to enter the role; empty asks for none."
  type        = string
  default     = ""
}

variable "role_name" {
  description = "The role's name, as --role-name has it."
  type        = string
  default     = "TrailproofAudit"
}

variable "create_in_this_account" {
  description = "Whether this account gets the role too: a service-managed StackSet leaves the management account out."
  type        = bool
  default     = true
}

variable "organizational_unit_ids" {
  description = "The units whose accounts get the role, such as the root's id r-a1b2 for all; empty deploys no StackSet."
  type        = list(string)
  default     = []
}

variable "call_as" {
  description = "SELF in the management account, DELEGATED_ADMIN in a delegated administrator of CloudFormation."
  type        = string
  default     = "SELF"
}

variable "stack_set_name" {
  description = "The StackSet's name."
  type        = string
  default     = "trailproof-reader"
}

variable "tags" {
  description = "Tags of the role and of the StackSet."
  type        = map(string)
  default     = {}
}
