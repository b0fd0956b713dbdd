"""boto3 against the test server: clients per account and region, and S3 Control without its host prefix."""

import boto3
from botocore.config import Config

MANAGEMENT = "123456789012"
AUDIT_ROLE = "TrailproofAudit"
BOOTSTRAP_ROLE = "OrganizationAccountAccessRole"
HOME = "us-east-1"


class Cloud:
    """The server as seen with the management account's keys, and with those of roles in members."""

    def __init__(self, url):
        self.url = url
        self._clients = {}
        self._keys = {MANAGEMENT: {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}}

    def client(self, service, account=MANAGEMENT, region=HOME):
        """A client of the account, by the role that Organizations puts into each member."""
        wanted = (service, account, region)
        if wanted not in self._clients:
            self._clients[wanted] = self.client_with(self._keys_of(account), service, region)
        return self._clients[wanted]

    def client_with(self, keys, service, region=HOME):
        """A client with the keys given."""
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        client = boto3.client(service, endpoint_url=self.url, region_name=region, config=config, **keys)
        if service == "s3control":
            client.meta.events.register("before-sign.s3-control", self._strip_account)
        return client

    def assume(self, account, role):
        """The keys of a role."""
        answer = self.client("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/{role}", RoleSessionName="test")
        given = answer["Credentials"]
        return {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }

    def _keys_of(self, account):
        if account not in self._keys:
            self._keys[account] = self.assume(account, BOOTSTRAP_ROLE)
        return self._keys[account]

    def _strip_account(self, request, **_):
        # ACCOUNT.127.0.0.1 resolves nowhere; the account stays in the x-amz-account-id header.
        scheme, _, rest = request.url.partition("://")
        request.url = f"{scheme}://{self.url.partition('://')[2]}/{rest.partition('/')[2]}"
