"""A cloud's JSON API on this machine: it answers over HTTP as it is told to, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = "PLANTED-SECRET"
TOKEN = "TOKEN-PLANTED-SECRET"


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    headers: dict[str, str]


@dataclass
class Reply:
    """One answer: JSON, or bytes as they are. `length` is what the header says, when that is a lie."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Cloud:
    """The address of a running server, the requests that it got, and the pauses that its client made."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)


@contextmanager
def served(answer: Callable[[Asked], Reply | None]) -> Iterator[Cloud]:
    """A server for as long as the context lasts; None in place of an answer closes the connection."""
    cloud = Cloud()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, url.path, parse_qs(url.query), json.loads(sent) if sent else None, headers)
            cloud.asked.append(asked)
            reply = answer(asked)
            if reply is None:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.data) if reply.length is None else reply.length))
            self.end_headers()
            self.wfile.write(reply.data)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    cloud.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield cloud
    finally:
        server.shutdown()
        server.server_close()
