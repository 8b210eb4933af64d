"""Asks a cloud's JSON API over HTTPS: patient with one that is busy, one kind of error for all that is not answered."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException, IncompleteRead
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

from spendgate.collectors.bearer import Bearer
from spendgate.errors import SettingsError

UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_LONGEST_WAIT_SECONDS = 60.0
_TIMEOUT_SECONDS = 60.0
_MOST_BYTES = 128 * 1024 * 1024
_WORDS = {
    401: "the token is not taken, or has expired",
    403: "not allowed",
    404: "not found",
    429: "throttled, however often it was asked",
}
_REASON = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,79}")
_ADDRESS = re.compile(r"[\x21-\x7e]+")
_UNTIL = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?")


class RefusedError(Exception):
    """What was not answered: why, in words of ours, the HTTP status (0 without one) and the API's own code for it.

    Never leaves the collectors. NOTE: an API's message may quote what it was asked with, so only its codes are taken over.
    """

    def __init__(self, why: str, status: int = 0, reason: str = "", body: Mapping[str, Any] | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.status = status
        self.reason = reason
        self.body = body or {}


def endpoint(given: str | None, default: str) -> str:
    """The address of an API without a slash at its end. Raises SettingsError for one that a token must not be sent to."""
    text = (given or default).rstrip("/")
    hint = f"an address like {default}; plain http goes to this machine alone"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise SettingsError("option --endpoint: is no address", hint=hint) from None
    if not host or not _ADDRESS.fullmatch(text) or parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingsError("option --endpoint: is no address of an API", hint=hint)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(host)):
        raise SettingsError("option --endpoint: a token is sent over https alone", hint=hint)
    return text


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a redirect would carry the token to wherever it points."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Refuse."""
        return


@dataclass(frozen=True, slots=True)
class Api:
    """One API, asked by one bearer. A busy one is asked `attempts` times, with pauses that double from `wait_seconds` or last
    as long as the API says; `sleep` is an argument so that tests need not wait."""

    base: str
    bearer: Bearer = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 6
    wait_seconds: float = 1.0
    sleep: Callable[[float], None] = time.sleep

    def get(self, address: str, query: Sequence[tuple[str, str]] = ()) -> Mapping[str, Any]:
        """The JSON object at a path, or at a whole address that the API itself gave. Raises RefusedError."""
        return self._ask(self._url(address, query), None)

    def post(self, path: str, query: Sequence[tuple[str, str]], body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The JSON object that answers a question in JSON, which changes nothing and may be asked twice. Raises RefusedError."""
        return self._ask(self._url(path, query), json.dumps(body).encode())

    def _url(self, address: str, query: Sequence[tuple[str, str]]) -> str:
        given = f"?{urlencode(query)}" if query else ""
        if address.startswith("/"):
            return f"{self.base}{address}{given}"
        try:
            theirs = urlsplit(address)[:2]
        except ValueError:
            raise RefusedError("the next page has no address") from None
        if theirs != urlsplit(self.base)[:2]:
            raise RefusedError("the next page points to another host")
        return f"{address}{given}"

    def _ask(self, url: str, body: bytes | None) -> Mapping[str, Any]:
        if not _ADDRESS.fullmatch(url):
            raise RefusedError("the next page has no address")
        pause = self.wait_seconds
        renewable = True
        attempt = 1
        while True:
            asked = None
            try:
                return self._once(url, body)
            except urllib.error.HTTPError as error:
                refusal = _refusal(error)
                asked = _asked_to_wait(error.headers)
                if refusal.status == UNAUTHORIZED and renewable and self.bearer.renewed():
                    renewable = False
                    continue
                if refusal.status not in _AGAIN or attempt >= self.attempts:
                    raise refusal from None
            except (OSError, HTTPException) as error:
                if attempt >= self.attempts:
                    raise RefusedError(_unheard(error)) from None
            self.sleep(min(pause if asked is None else asked, _LONGEST_WAIT_SECONDS))
            pause *= 2
            attempt += 1

    def _once(self, url: str, body: bytes | None) -> Mapping[str, Any]:
        headers = {
            "Accept": "application/json",
            "User-Agent": "spendgate",
            **self.headers,
            "Authorization": f"Bearer {self.bearer.token()}",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(url, body, headers, method="GET" if body is None else "POST")
        with self._opener().open(request, timeout=_TIMEOUT_SECONDS) as answer:
            data = answer.read(_MOST_BYTES + 1)
            if len(data) > _MOST_BYTES:
                raise RefusedError("the answer is larger than can be read")
            if answer.length:
                # NOTE: asked for so many bytes at most, the client takes fewer than were announced for an answer.
                raise IncompleteRead(data, answer.length)
        return _object(data)

    def _opener(self) -> urllib.request.OpenerDirector:
        # NOTE: a proxy of the environment is for the world outside, not for this machine.
        direct = (urllib.request.ProxyHandler({}),) if self.base.startswith("http:") else ()
        return urllib.request.build_opener(_NoRedirect, *direct)


def pages(first: Mapping[str, Any], following: Callable[[str], Mapping[str, Any]], token_key: str) -> Iterator[Any]:
    """An answer and those that follow it, by the token that each gives for the next. Raises RefusedError when they go in a circle."""
    seen: set[str] = set()
    page = first
    while True:
        yield page
        token = page.get(token_key)
        if not token:
            return
        if not isinstance(token, str) or token in seen:
            raise RefusedError("the next page is one that was read before")
        seen.add(token)
        page = following(token)


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise RefusedError("the answer is no JSON") from None
    if not isinstance(value, Mapping):
        raise RefusedError("the answer is no JSON object")
    return value


def _refusal(error: urllib.error.HTTPError) -> RefusedError:
    try:
        body = _object(error.read(64 * 1024))
    except (RefusedError, OSError, HTTPException):
        body = {}
    reason = _reason(body)
    words = _WORDS.get(error.code)
    if 300 <= error.code < 400:
        words = "it points elsewhere, where a token is not sent"
    why = f"{words}: {reason or error.code}" if words else f"HTTP {error.code}" + (f", {reason}" if reason else "")
    return RefusedError(why, error.code, reason, body)


def details(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The details of an error, as both Google and Azure give them."""
    inner = body.get("error")
    found = inner.get("details") if isinstance(inner, Mapping) else None
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _reason(body: Mapping[str, Any]) -> str:
    """The most telling code of an error: Google's `reason` or `status`, Azure's innermost `code`."""
    inner = body.get("error")
    own = inner if isinstance(inner, Mapping) else {}
    told = [each.get(key) for each in details(body) for key in ("reason", "code")]
    for word in (*told, own.get("status"), own.get("code")):
        if isinstance(word, str) and _REASON.fullmatch(word):
            return word
    return ""


def _asked_to_wait(headers: Any) -> float | None:
    """Seconds that the API asks to wait: `Retry-After`, or the time until Resource Graph's quota starts anew."""
    said = str(headers.get("Retry-After") or "").strip()
    if said.isdecimal():
        return float(said)
    match = _UNTIL.fullmatch(str(headers.get("x-ms-user-quota-resets-after") or "").strip())
    return float(int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])) if match else None


def _unheard(error: Exception) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return f"no answer in {_TIMEOUT_SECONDS:g} s"
    return f"no connection: {type(cause).__name__}"
