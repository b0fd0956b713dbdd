"""What a request asks for, and how each AWS protocol words an error.

A request is identified the way AWS's own front doors do it: service and region from the SigV4 credential scope, the
account from the access key, and the operation from `X-Amz-Target` (JSON), `Action` (query) or method, path and query
string (REST).
"""

import functools
import json
import re
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import botocore.session
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.iam.models import get_account_id_from
from moto.moto_server.werkzeug_app import BackendRequest
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

SCOPE = re.compile(r"Credential=([^/\s]+)/\d{8}/([^/\s]+)/([^/\s]+)/aws4_request")
REST_SERVICES = {"s3", "s3control", "account", "access-analyzer", "guardduty", "securityhub"}
# The names of service models, where signatures have another.
MODELS = {"access-analyzer": "accessanalyzer"}


@dataclass
class Call:
    """One identified request."""

    environ: dict
    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    account: str
    region: str
    service: str
    operation: str
    uri: dict = field(default_factory=dict)

    @property
    def name(self):
        """`service:Operation`, as denials and fillers are keyed."""
        return f"{self.service}:{self.operation}"

    @functools.cached_property
    def params(self):
        """The input members of a JSON or query request."""
        if self.service in {"iam", "sns", "sts"}:
            return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}
        try:
            return json.loads(self.body or b"{}")
        except ValueError:
            return {}

    @property
    def subject_account(self):
        """The account that a denial names: whose role is asked for in AssumeRole, else the caller's."""
        if self.name == "sts:AssumeRole":
            return arn_account(self.params.get("RoleArn", ""))
        return self.account


def arn_account(arn):
    """The account field of an ARN; empty for anything else."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 and parts[0] == "arn" else ""


def arn_region(arn):
    """The region field of an ARN; empty for anything else."""
    parts = arn.split(":")
    return parts[3] if len(parts) > 5 and parts[0] == "arn" else ""


def identify(environ):
    """Reads the request whole, since closing a connection over an unread body would reset it, and names it."""
    request = BackendRequest(environ)
    body = request.get_data()
    environ["wsgi.input"] = BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ.pop("wsgi.input_terminated", None)
    scope = SCOPE.search(request.headers.get("Authorization", ""))
    access_key, region, service = scope.groups() if scope else ("", "", "")
    if service == "s3" and request.path.startswith("/v20180820/"):
        service = "s3control"  # both are signed as s3; the path carries S3 Control's API version
    operation, uri = _operation(service, environ, request, body)
    return Call(
        environ=environ,
        method=request.method,
        path=request.path,
        query=request.args.to_dict(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        account=get_account_id_from(access_key),
        region=region,
        service=service,
        operation=operation,
        uri=uri,
    )


def _operation(service, environ, request, body):
    target = request.headers.get("X-Amz-Target")
    if target:
        return target.rpartition(".")[2], {}
    if service in REST_SERVICES:
        try:
            operation, uri = get_service_router(MODELS.get(service, service)).match(Request(dict(environ)))
        except HTTPException:
            return "", {}
        finally:
            environ["wsgi.input"] = BytesIO(body)
        return operation.name, uri
    return parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0], {}


@functools.cache
def _protocol(service):
    """AWS's protocol for the service, from botocore's model."""
    return botocore.session.get_session().get_service_model(MODELS.get(service, service)).metadata["protocol"]


def json_answer(document, status=200):
    """A JSON 1.1 answer."""
    return Response(json.dumps(document), status, content_type="application/x-amz-json-1.1")


def xml_answer(text, status=200, headers=None):
    """An XML answer."""
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return Response(declaration + text, status, headers, content_type="application/xml")


def error(call, code, message, status=400, headers=None):
    """An error in the wording of the call's own protocol."""
    protocol = _protocol(call.service)
    if protocol == "json":
        return json_answer({"__type": code, "message": message}, status)
    if protocol == "rest-json":
        return Response(
            json.dumps({"message": message}),
            status,
            {"x-amzn-ErrorType": code},
            content_type="application/json",
        )
    inner = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    if call.service == "s3":
        if call.method == "HEAD":
            return Response(b"", status, headers, content_type="application/xml")
        return xml_answer(f"<Error>{inner}<RequestId>0</RequestId></Error>", status, headers)
    # S3 Control wraps its errors, as the query services do; S3 does not.
    text = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>0</RequestId></ErrorResponse>"
    return xml_answer(text, status, headers)


def access_denied(call, scp=False):
    """The denial that AWS gives for a call, with the code and the HTTP status of the call's protocol."""
    why = " with an explicit deny in a service control policy" if scp else ""
    action = f"{call.service}:{call.operation}"
    message = f"User: arn:aws:iam::{call.account}:root is not authorized to perform: {action}{why}"
    if _protocol(call.service) == "json":
        return error(call, "AccessDeniedException", message)
    if _protocol(call.service) == "rest-json":
        return error(call, "AccessDeniedException", message, 403)
    return error(call, "AccessDenied", message, 403)
