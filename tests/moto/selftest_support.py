"""What the self-test stands on: a running, seeded server, and boto3 in the program's place."""

import json
import subprocess
import sys
import unittest
import urllib.request
from pathlib import Path

from aws import AUDIT_ROLE, HOME, MANAGEMENT, Cloud
from botocore.exceptions import ClientError

HERE = Path(__file__).parent


class Wire:
    """Records the last answer's status, headers and body as they came over the wire."""

    def __init__(self, client):
        self.status = self.headers = self.body = None
        client.meta.events.register("before-parse.*.*", self._keep)

    def _keep(self, response_dict, **_):
        self.status, self.headers = response_dict["status_code"], response_dict["headers"]
        self.body = response_dict["body"].decode()


class SeededCase(unittest.TestCase):
    """A server of its own, seeded. Tests only read, apart from denials, which are cleared after each."""

    @classmethod
    def setUpClass(cls):
        command = [sys.executable, HERE / "server.py", "--port", "0"]
        cls.server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.url = cls.server.stdout.readline().removeprefix("listening on ").strip()
        command = [sys.executable, HERE / "seed.py", cls.url]
        seeded = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        cls.seed = json.loads(seeded.stdout)
        cls.cloud = Cloud(cls.url)
        cls.clients = {}

    @classmethod
    def tearDownClass(cls):
        cls.server.stdin.close()
        assert cls.server.wait(5) == 0, "the server outlived its standard input"
        cls.server.stdout.close()

    def tearDown(self):
        self.control("POST", "allow")

    def account(self, name):
        return self.seed["accounts"][name]

    def client(self, service, owner, region=HOME):
        """A client with the audit role's keys, as the program has; made once, since making one takes long."""
        if owner == "management":
            return self.cloud.client(service, MANAGEMENT, region)
        wanted = (service, owner, region)
        if wanted not in self.clients:
            keys = self.cloud.assume(self.account(owner), AUDIT_ROLE)
            self.clients[wanted] = self.cloud.client_with(keys, service, region)
        return self.clients[wanted]

    def control(self, method, route, document=None):
        body = json.dumps(document or {}).encode() if method == "POST" else None
        request = urllib.request.Request(f"{self.url}/__trailproof/{route}", body, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or "null")

    def refused(self, code, function, status=None, **arguments):
        with self.assertRaises(ClientError) as caught:
            function(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        if status:
            self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], status)
        return caught.exception.response
