output "role_name" {
  description = "The role's name in every account, for --role-name."
  value       = var.role_name
}

output "role_arn" {
  description = "The role's ARN in this account; null where it was not created."
  value       = one(aws_iam_role.reader[*].arn)
}

output "stack_set_id" {
  description = "The StackSet's id; null where none is deployed."
  value       = one(aws_cloudformation_stack_set.members[*].stack_set_id)
}
