"""Servers of the tests, each in a thread of its own."""

import threading
from http.server import ThreadingHTTPServer


class Served:
    """A context manager around `_server`, which listens since it was made."""

    _server: ThreadingHTTPServer

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
