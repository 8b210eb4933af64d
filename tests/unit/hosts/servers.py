"""Loopback servers that behave as each host's API does: pages, ids, tokens, refusals, and bad days."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "s3cret-token"


@dataclass
class Hub:
    """The state of one host: its comments, what it will refuse next, and what it was asked."""

    kind: str
    comments: dict[int, str] = field(default_factory=dict)
    bad_days: list[int] = field(default_factory=list)
    """Status codes to answer the next requests with; -1 takes a new comment and loses the answer."""
    asked: list[str] = field(default_factory=list)
    page_size: int = 2
    limit: int = 65_536
    base: str = ""
    last_id: int = 100

    def add(self, body: str) -> int:
        self.last_id += 1
        self.comments[self.last_id] = body
        return self.last_id


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        return

    def _answer(self, status: int, data: Any, **headers: str) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _handle(self) -> None:
        hub, url = self.hub, urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        hub.asked.append(f"{self.command} {url.path}")
        bad = hub.bad_days.pop(0) if hub.bad_days else 0
        if bad == -1:
            hub.add(_text(hub.kind, body))
            self.close_connection = True
            return
        if bad:
            self._answer(bad, {"message": "bad day"}, **({"Retry_After": "0"} if bad == 429 else {}))
            return
        if TOKEN not in " ".join(self.headers.values()) and "OnMzY3JldC10b2tlbg==" not in str(self.headers):
            self._answer(401, {"message": "Bad credentials"})
            return
        if body and len(_text(hub.kind, body)) > hub.limit:
            self._answer(422, {"message": "Validation Failed", "errors": ["body is too long"]})
            return
        getattr(self, f"_{hub.kind}")(url.path, {key: value[0] for key, value in parse_qs(url.query).items()}, body)

    do_GET = do_POST = do_PATCH = do_PUT = _handle  # noqa: N815 - the base class names them so

    def _page(self, query: dict[str, str]) -> tuple[list[tuple[int, str]], int]:
        page = int(query.get("page", 1))
        rows = list(self.hub.comments.items())
        start = (page - 1) * self.hub.page_size
        more = page + 1 if start + self.hub.page_size < len(rows) else 0
        return rows[start : start + self.hub.page_size], more

    def _github(self, path: str, query: dict[str, str], body: dict[str, Any]) -> None:
        hub = self.hub
        if path == "/repos/o/r/issues/7/comments" and self.command == "GET":
            rows, more = self._page(query)
            link = {"Link": f'<{hub.base}{path}?per_page=100&page={more}>; rel="next", <x>; rel="last"'} if more else {}
            self._answer(200, [{"id": number, "body": text} for number, text in rows], **link)
        elif path == "/repos/o/r/issues/7/comments":
            self._answer(201, {"id": hub.add(body["body"])})
        elif (found := re.fullmatch(r"/repos/o/r/issues/comments/(\d+)", path)) and self.command == "PATCH":
            hub.comments[int(found[1])] = body["body"]
            self._answer(200, {"id": int(found[1])})
        else:
            self._answer(404, {"message": "Not Found"})

    def _gitlab(self, path: str, query: dict[str, str], body: dict[str, Any]) -> None:
        hub, notes = self.hub, "/projects/g%2Fp/merge_requests/7/notes"
        if path == notes and self.command == "GET":
            rows, more = self._page(query)
            notes_ = [{"id": number, "body": text, "system": text.startswith("system")} for number, text in rows]
            self._answer(200, notes_, X_Next_Page=str(more or ""))
        elif path == notes:
            self._answer(201, {"id": hub.add(body["body"])})
        elif (found := re.fullmatch(rf"{notes}/(\d+)", path)) and self.command == "PUT":
            hub.comments[int(found[1])] = body["body"]
            self._answer(200, {})
        else:
            self._answer(404, {"message": "404 Project Not Found"})

    def _bitbucket(self, path: str, query: dict[str, str], body: dict[str, Any]) -> None:
        hub, comments = self.hub, "/repositories/o/r/pullrequests/7/comments"
        if path == comments and self.command == "GET":
            rows, more = self._page(query)
            values = [{"id": n, "content": {"raw": t}, "deleted": t.startswith("deleted")} for n, t in rows]
            following = {"next": f"{hub.base}{comments}?pagelen=100&page={more}"} if more else {}
            self._answer(200, {"values": values, **following})
        elif path == comments:
            self._answer(201, {"id": hub.add(body["content"]["raw"])})
        elif (found := re.fullmatch(rf"{comments}/(\d+)", path)) and self.command == "PUT":
            hub.comments[int(found[1])] = body["content"]["raw"]
            self._answer(200, {})
        else:
            self._answer(404, {"error": {"message": "Repository not found"}})

    def _azure(self, path: str, query: dict[str, str], body: dict[str, Any]) -> None:
        hub, threads = self.hub, "/proj/_apis/git/repositories/repo/pullRequests/7/threads"
        if query.get("api-version") != "7.1":
            self._answer(400, {"message": "no version"})
        elif path == threads and self.command == "GET":
            value = [
                {"id": n, "comments": [{"id": 1, "content": t, "isDeleted": False}]} for n, t in hub.comments.items()
            ]
            self._answer(200, {"value": [{"id": 1, "isDeleted": True}, {"id": 2, "comments": None}, *value]})
        elif path == threads:
            self._answer(200, {"id": hub.add(body["comments"][0]["content"])})
        elif (found := re.fullmatch(rf"{threads}/(\d+)/comments/1", path)) and self.command == "PATCH":
            hub.comments[int(found[1])] = body["content"]
            self._answer(200, {})
        else:
            self._answer(404, {"message": "TF401019: not found"})


def _text(kind: str, body: dict[str, Any]) -> str:
    if kind == "bitbucket":
        return str(body["content"]["raw"])
    if kind == "azure":
        return str(body["comments"][0]["content"] if "comments" in body else body["content"])
    return str(body["body"])


@contextmanager
def serving(kind: str) -> Iterator[Hub]:
    """A host that listens on a loopback port for as long as the context lasts."""
    hub = Hub(kind)
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
