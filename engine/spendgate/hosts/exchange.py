"""Requests to a host's API: JSON both ways, patient with a host that is busy, clear about one that refuses.

The token is sent in a header alone; it stands in no error and no log.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from spendgate.errors import SpendgateError
from spendgate.model.frozen import Frozen, field

_BUSY = frozenset({429, 500, 502, 503, 504})
_NOT_TAKEN = frozenset({429, 503})
"""What a host says when it surely has not taken anything."""
_TRIES = 4
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0
_TIMEOUT_SECONDS = 30.0
_MOST_BYTES = 32 * 1024 * 1024

_HINTS = {
    401: "the token is wrong, or has expired",
    403: "the token may not write comments here",
    404: "is the repository and the number right, and may the token see it?",
    422: "the host does not take the comment as it is",
}


class HostError(SpendgateError):
    """A host refused, or could not be reached. `is_doubtful`: what was to be written may have been, or may not."""

    is_doubtful = False


class Answer(Frozen):
    """A host's answer: its JSON, and the headers in lower case."""

    data: Any
    headers: Mapping[str, str]


class Exchange(Frozen):
    """The API of a host. `headers` hold what proves who asks; `sleep` is an argument so that tests need not wait."""

    base: str
    headers: Mapping[str, str]
    sleep: Callable[[float], None] = field(default=time.sleep)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """One request; `path` may be a whole address that the host gave, as long as it is the host's own. Raises HostError."""
        url = path if path.startswith(("http://", "https://")) else f"{self.base.rstrip('/')}/{path.lstrip('/')}"
        if urlsplit(url)[:2] != urlsplit(self.base)[:2]:
            raise HostError(f"{urlsplit(self.base).netloc} points to another host ({urlsplit(url).netloc})")
        data = json.dumps(body).encode() if body is not None else None
        pause = _FIRST_PAUSE_SECONDS
        for attempt in range(1, _TRIES + 1):
            # NOTE: a comment that was taken although the answer was lost would be written twice: whoever writes something new looks
            # whether it is there before it tries again.
            last = attempt == _TRIES
            try:
                return self._once(method, url, data)
            except urllib.error.HTTPError as error:
                if last or error.code not in (_BUSY if method != "POST" else _NOT_TAKEN):
                    refusal = self._refusal(error, method)
                    refusal.is_doubtful = method == "POST" and error.code in _BUSY
                    raise refusal from None
                wait = _seconds(error.headers.get("Retry-After"), pause)
            except (urllib.error.URLError, TimeoutError, ConnectionError, HTTPException) as error:
                if last or method == "POST":
                    reason = getattr(error, "reason", None) or error
                    lost = HostError(f"{urlsplit(url).netloc} cannot be reached: {reason}")
                    lost.is_doubtful = method == "POST"
                    raise lost from None
                wait = pause
            self.sleep(min(wait, _LONGEST_PAUSE_SECONDS))
            pause *= 2
        raise AssertionError("the last try returns or raises")

    def _once(self, method: str, url: str, data: bytes | None) -> Answer:
        headers = {"Accept": "application/json", "User-Agent": "spendgate", **self.headers}
        if data is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(url, data, headers, method=method)
        with _OPENER.open(request, timeout=_TIMEOUT_SECONDS) as answer:
            text = answer.read(_MOST_BYTES)
            found = {key.lower(): value for key, value in answer.headers.items()}
        try:
            return Answer(json.loads(text) if text.strip() else None, found)
        except ValueError:
            hint = "is the address that of the API, and is the token right?"
            raise HostError(f"{urlsplit(url).netloc} answered with something that is no JSON", hint=hint) from None

    def _refusal(self, error: urllib.error.HTTPError, method: str) -> HostError:
        host = urlsplit(self.base).netloc
        said = _message(error.read(4096))
        what = f"{host} answered {error.code} to {method}"
        return HostError(f"{what}: {said}" if said else what, hint=_HINTS.get(error.code))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a redirect would carry the token to wherever it points."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Refuse."""
        return


_OPENER = urllib.request.build_opener(_NoRedirect)


def _message(body: bytes) -> str:
    """What a host says is wrong, on one line."""
    try:
        data = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(data, Mapping):
        return ""
    said = data.get("message") or data.get("error") or data.get("errors") or ""
    if isinstance(said, Mapping):
        said = said.get("message", "")
    details = data.get("errors")
    if isinstance(details, list) and details and data.get("message"):
        said = f"{said} ({json.dumps(details[0], ensure_ascii=False)})"
    return " ".join(str(said).split())[:300]


def _seconds(text: str | None, otherwise: float) -> float:
    return float(text) if text and text.isdecimal() else otherwise
