"""An https front for a provider on this machine, which writes down what passes through it.

MSAL speaks https only, and the providers do not show their requests: a client is given the address of
this one instead. It sends on the `Host` it was asked for, so that the provider's own addresses lead
here, too.
"""

import http.client
import ssl
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from certificates import LoopbackServer
from served import Served

# RFC 9110 §7.6.1; and the length, which is written anew.
OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Recorded:
    """One request; names of headers in lower case."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


class RecordingProxy(Served):
    """A context manager; `lead_to` says where requests go, which may depend on its own address."""

    def __init__(self, certificate: LoopbackServer):
        self.requests: list[Recorded] = []
        self.ca_file = str(certificate.ca_file)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate.pem_file)
        self._server = self._new_server()
        self.url = f"https://127.0.0.1:{self._server.server_port}"

    def lead_to(self, address: str, ca_pem: str | None = None) -> None:
        """Sends requests to the provider at `address`, which `ca_pem` vouches for if it is https."""
        self._upstream = urlsplit(address).netloc
        self._trust = ssl.create_default_context(cadata=ca_pem) if ca_pem else None

    def last(self, path_ends_with: str) -> Recorded:
        """The newest request to such a path."""
        found = [request for request in self.requests if request.path.endswith(path_ends_with)]
        assert found, f"nothing was sent to …{path_ends_with}"
        return found[-1]

    def _new_server(proxy):
        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):
                # The handshake is the handler's: a browser opens connections that it never uses.
                connection, address = super().get_request()
                return (
                    proxy._context.wrap_socket(
                        connection, server_side=True, do_handshake_on_connect=False
                    ),
                    address,
                )

            def handle_error(self, *_):
                """A connection that is dropped is the client's right; what matters fails a test."""

        return Server(("127.0.0.1", 0), proxy._handler())

    def _send_on(self, method: str, path: str, headers: list, body: bytes):
        if self._trust:
            upstream = http.client.HTTPSConnection(self._upstream, context=self._trust)
        else:
            upstream = http.client.HTTPConnection(self._upstream)
        upstream.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            if name.lower() not in OF_ONE_CONNECTION:
                upstream.putheader(name, value)
        upstream.putheader("X-Forwarded-Proto", "https")
        upstream.putheader("Content-Length", str(len(body)))
        upstream.endheaders(body)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        return answer.status, answer.getheaders(), content

    def _handler(proxy):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = urlsplit(self.path)
                proxy.requests.append(
                    Recorded(
                        method=self.command,
                        path=asked.path,
                        query=once_each(asked.query),
                        form=once_each(body.decode("ascii")),
                        headers={name.lower(): value for name, value in self.headers.items()},
                    )
                )
                status, headers, content = proxy._send_on(
                    self.command, self.path, self.headers.items(), body
                )
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in OF_ONE_CONNECTION:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = pass_on

            def log_message(self, *_):
                """Standard error belongs to the tests."""

        return Handler


def once_each(encoded: str) -> dict[str, str]:
    """The parameters of a query or form; RFC 6749 §3.1 allows each of them once."""
    pairs = parse_qsl(encoded, keep_blank_values=True)
    assert len(pairs) == len(dict(pairs)), f"a parameter came twice: {encoded}"
    return dict(pairs)
