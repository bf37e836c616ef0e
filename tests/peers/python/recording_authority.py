"""Entra's token endpoint as a recorder: keeps every request, answers each with a fresh token.

A device code is good at once: somebody called Ada signs in with it.

As a program it serves on a free loopback port, prints {"url": …} when it listens, and ends when
standard input closes.
"""

import base64
import json
import os
import ssl
import sys
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from served import Served

ACCESS_TOKEN_BYTES = 1536


@dataclass(frozen=True)
class TokenRequest:
    """One POST, its form in the order of arrival."""

    url: str
    headers: dict[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        pairs = parse_qsl(self.body, keep_blank_values=True, strict_parsing=True)
        assert len(pairs) == len(dict(pairs)), f"a parameter came twice: {self.body}"
        return dict(pairs)


class RecordingAuthority(Served):
    """A context manager; `pem_file` (certificate and key) makes it speak https."""

    def __init__(self, pem_file: Path | None = None):
        self.requests: list[TokenRequest] = []
        self.issued: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        scheme = "http"
        if pem_file:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem_file)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"

    def token_endpoint(self, tenant: str) -> str:
        return f"{self.url}/{tenant}/oauth2/v2.0/token"

    def _metadata(self, tenant: str) -> dict:
        return {
            "issuer": f"{self.url}/{tenant}/v2.0",
            "authorization_endpoint": f"{self.url}/{tenant}/oauth2/v2.0/authorize",
            "token_endpoint": self.token_endpoint(tenant),
            "device_authorization_endpoint": f"{self.url}/{tenant}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{self.url}/{tenant}/discovery/v2.0/keys",
        }

    def _device_code(self) -> dict:
        return {
            "device_code": base64.urlsafe_b64encode(os.urandom(32)).decode(),
            "user_code": "ABCD-1234",
            "verification_uri": f"{self.url}/device",
            "expires_in": 60,
            "interval": 1,
        }

    def _signed_in(self, tenant: str, client_id: str) -> dict:
        claims = {
            "iss": f"{self.url}/{tenant}/v2.0",
            "aud": client_id,
            "sub": "the subject",
            "oid": "33333333-3333-4333-8333-333333333333",
            "tid": tenant,
            "preferred_username": "ada@contoso.example",
            "iat": int(time.time()),
            "exp": int(time.time()) + 3600,
        }
        parts = [{"alg": "RS256", "typ": "JWT"}, claims]
        encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts]
        id_token = ".".join(part.decode().rstrip("=") for part in encoded) + ".signature"
        return self._issue() | {"id_token": id_token, "refresh_token": "a refresh token"}

    def _answer_to(self, path: str, form: dict[str, str]) -> dict:
        tenant, _, rest = path.lstrip("/").partition("/")
        if rest == "oauth2/v2.0/devicecode":
            return self._device_code()
        if form.get("grant_type") == "urn:ietf:params:oauth:grant-type:device_code":
            return self._signed_in(tenant, form["client_id"])
        return self._issue()

    def _issue(self) -> dict:
        token = base64.urlsafe_b64encode(os.urandom(ACCESS_TOKEN_BYTES)).decode().rstrip("=")
        self.issued.append(token)
        return {
            "token_type": "Bearer",
            "expires_in": 3599,
            "ext_expires_in": 3599,
            "access_token": token,
        }

    def _handler(authority):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                tenant, _, rest = urlsplit(self.path).path.lstrip("/").partition("/")
                if rest == "v2.0/.well-known/openid-configuration":
                    self.answer(200, authority._metadata(tenant))
                else:
                    self.answer(404, {"error": "not_found"})

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                request = TokenRequest(
                    url=authority.url + self.path,
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self.rfile.read(length).decode("ascii"),
                )
                authority.requests.append(request)
                self.answer(200, authority._answer_to(urlsplit(self.path).path, request.form))

            def answer(self, status: int, document: dict):
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                """Standard error belongs to the tests."""

        return Handler


if __name__ == "__main__":
    with RecordingAuthority() as running:
        print(json.dumps({"url": running.url}), flush=True)
        sys.stdin.read()
