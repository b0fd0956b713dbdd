"""A test server: moto's AWS with the gaps filled, denials on demand, and a log of the calls.

    python server.py --port 0

It prints `listening on http://127.0.0.1:PORT` and runs until it is killed, or until its standard input, where that is
a pipe, closes: a test that dies leaves no server behind.

Routes of its own, beside AWS's:

- `POST /__trailproof/deny`  `{"operation": "cloudtrail:DescribeTrails", "account": ..., "region": ..., "scp": ...}`
  makes matching calls fail as AWS denies them. Account and region are optional; for `sts:AssumeRole` the account is
  that of the role. With `"scp": true` the message names a service control policy.
- `POST /__trailproof/allow` forgets all denials.
- `GET /__trailproof/calls`  the calls seen, each `{account, region, service, operation}`.
- `POST /__trailproof/calls/reset` forgets them.
- `POST /__trailproof/past` says what happened before the test began; `past.py` has the words.
"""

import argparse
import json
import os
import stat
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

import filler_cloudtrail  # noqa: F401  registers its fillers
import filler_detection  # noqa: F401  as well
import filler_lake  # noqa: F401  as well
import filler_s3
import fillers
import past
import wire

CONTROL = "/__trailproof/"


class QuietHandler(MotoRequestHandler):
    """moto's handler, without a line on standard error for each request."""

    def log_request(self, code="-", size="-"):
        """Says nothing: the call log is the record."""


class Server:
    """The WSGI application."""

    def __init__(self):
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.lock = threading.Lock()
        self.denials = []
        self.calls = []

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"].startswith(CONTROL):
            answer = self.control(environ)
        else:
            answer = self.serve(wire.identify(environ))
        return answer(environ, start_response)

    def ask_moto(self, environ):
        """moto's own answer."""
        return Response.from_app(self.moto, environ, buffered=True)

    def serve(self, call):
        """Records the call, then answers it: denied, refused by a rule of AWS that moto lacks, filled, or by moto."""
        with self.lock:
            seen = {name: getattr(call, name) for name in ("account", "region", "service", "operation")}
            self.calls.append(seen)
            denial = next((rule for rule in self.denials if matches(rule, call)), None)
        if denial:
            return wire.access_denied(call, scp=bool(denial.get("scp")))
        refused = fillers.refuse_disabled_region(call) or filler_s3.refuse_bucket(call)
        if refused:
            return refused
        filler = fillers.FILLERS.get(call.name)
        if filler:
            return filler(call, lambda: self.ask_moto(call.environ))
        return self.ask_moto(call.environ)

    def control(self, environ):
        """The routes of this server itself."""
        call = wire.identify(environ)
        with self.lock:
            match call.method, call.path.removeprefix(CONTROL):
                case "POST", "deny":
                    self.denials.append(json.loads(call.body))
                case "POST", "allow":
                    self.denials.clear()
                case "POST", "calls/reset":
                    self.calls.clear()
                case "POST", "past":
                    past.tell(json.loads(call.body))
                case "GET", "calls":
                    return Response(json.dumps(self.calls), content_type="application/json")
                case _:
                    return Response("no such route\n", 404)
        return Response(status=204)


def matches(rule, call):
    """Whether a denial is meant for the call."""
    return (
        rule["operation"] == call.name
        and rule.get("account") in (None, call.subject_account)
        and rule.get("region") in (None, call.region)
    )


def exit_with_parent():
    """Ends the process when a piped standard input closes; another kind of input says nothing about the parent."""
    if sys.stdin is None or not stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        return

    def wait():
        while sys.stdin.buffer.read(4096):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def main():
    """Serves until killed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    arguments = parser.parse_args()
    fillers.prepare_moto()
    server = make_server("127.0.0.1", arguments.port, Server(), threaded=True, request_handler=QuietHandler)
    exit_with_parent()
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
