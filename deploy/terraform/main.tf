# The role through which trailproof reads accounts: in this account, and by a StackSet in every member.
#
# Apply it in the organization's management account, or in a delegated administrator of CloudFormation with
# call_as = "DELEGATED_ADMIN". For the members it takes trusted access of CloudFormation StackSets:
#   aws organizations enable-aws-service-access --service-principal member.org.stacksets.cloudformation.amazonaws.com
# For accounts outside an organization leave organizational_unit_ids empty and use the module once for each account,
# with a provider alias:
#   module "reader_prod" {
#     source            = "./deploy/terraform"
#     providers         = { aws = aws.prod }
#     trusted_principal = "arn:aws:iam::111122223333:role/Auditor"
#   }
#
# reader-policy.json and reader-role.cfn.yaml are written by `cargo xtask bless`: the least that the checks need.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "TrailproofEnters"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [var.trusted_principal]
    }

    dynamic "condition" {
      for_each = var.external_id == "" ? [] : [var.external_id]
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "reader" {
  count                = var.create_in_this_account ? 1 : 0
  name                 = var.role_name
  description          = "Read by trailproof"
  max_session_duration = 43200
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  tags                 = var.tags
}

resource "aws_iam_role_policy" "reader" {
  count  = var.create_in_this_account ? 1 : 0
  name   = "TrailproofRead"
  role   = aws_iam_role.reader[0].id
  policy = file("${path.module}/reader-policy.json")
}

resource "aws_cloudformation_stack_set" "members" {
  count            = length(var.organizational_unit_ids) > 0 ? 1 : 0
  name             = var.stack_set_name
  description      = "The role through which trailproof reads members"
  permission_model = "SERVICE_MANAGED"
  call_as          = var.call_as
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body    = file("${path.module}/reader-role.cfn.yaml")
  tags             = var.tags

  parameters = {
    TrustedPrincipal = var.trusted_principal
    ExternalId       = var.external_id
    RoleName         = var.role_name
  }

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 100
    region_concurrency_type      = "PARALLEL"
  }

  lifecycle {
    # Not given for service-managed permissions, and filled in by AWS.
    ignore_changes = [administration_role_arn]
  }
}

resource "aws_cloudformation_stack_set_instance" "members" {
  count          = length(var.organizational_unit_ids) > 0 ? 1 : 0
  stack_set_name = aws_cloudformation_stack_set.members[0].name
  call_as        = var.call_as

  deployment_targets {
    organizational_unit_ids = var.organizational_unit_ids
  }
}
