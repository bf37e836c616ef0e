"""The end of a sign-in in the browser: takes the redirect as a native app does (RFC 8252 §7.3)."""

import queue
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from served import Served

PAGE = b"<!doctype html><title>Back at the app</title><p>The app has it."

# Longer than any sign-in of a test takes.
PATIENCE_SECONDS = 60


class RedirectListener(Served):
    """A context manager on a free port of 127.0.0.1. `headers` go with every answer.

    A redirect with a query is answered with a redirect to the clean address, one with a form at
    once; other paths do not exist.
    """

    def __init__(self, **headers: str):
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self._answers: queue.Queue[dict[str, str]] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.redirect_uri = f"http://localhost:{self._server.server_port}"

    def answer(self) -> dict[str, str]:
        """The parameters of the next redirect that came."""
        return self._answers.get(timeout=PATIENCE_SECONDS)

    def has_no_answer(self) -> bool:
        return self._answers.empty()

    def _handler(listener):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked = urlsplit(self.path)
                if asked.path != "/":
                    self.reply(404)
                elif asked.query:
                    listener._answers.put(dict(parse_qsl(asked.query, strict_parsing=True)))
                    self.reply(303, Location="/")
                else:
                    self.reply(200, PAGE)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
                listener._answers.put(dict(parse_qsl(body, strict_parsing=True)))
                self.reply(200, PAGE)

            def do_OPTIONS(self):
                self.reply(204)

            def reply(self, status: int, body: bytes = b"", **headers: str):
                self.send_response(status)
                for name, value in {**listener._headers, **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                """Standard error belongs to the tests."""

        return Handler
