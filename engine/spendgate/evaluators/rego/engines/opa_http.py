"""A conversation with an OPA over HTTP, through opa-python-client with its traps closed.

What the client (3.0) does by itself and is not wanted here: it rewrites old Rego by regular expressions on upload, waits 1.5 s
for everything, takes `undefined` for an empty answer, drops OPA's own explanation of an error, knows no base path, and lets
exceptions through that share no base.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests
from opa_client.errors import ConnectionsError, DeletePolicyError, PolicyNotFoundError, RegoParseError, TypeException
from opa_client.opa import OpaClient
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, ReadTimeoutError

from spendgate.errors import PolicyError
from spendgate.wire.policy_input import decode

_LARGEST_ANSWER_BYTES = 512 * 1024 * 1024
_CHUNK_BYTES = 1024 * 1024


class OpaError(Exception):
    """What OPA answered instead of a result: its message, and each error's module, line and text."""

    def __init__(self, message: str, errors: list[Mapping[str, Any]]) -> None:
        super().__init__(message)
        self.message = message
        self.errors = errors


class _Bearer(AuthBase):
    """NOTE: as authentication and not as a header, so that a `.netrc` cannot put another one in its place."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Bounded(HTTPAdapter):
    """Bounds a request as a whole. NOTE: the timeout of `requests` is for each read, so a dripping server never ends."""

    def __init__(self, seconds: float, verify: bool | str) -> None:
        super().__init__(max_retries=0)
        self._seconds = seconds
        self._verify = verify

    def send(self, request: requests.PreparedRequest, *args: Any, **keywords: Any) -> requests.Response:
        deadline = time.monotonic() + self._seconds
        keywords["stream"] = True
        if isinstance(self._verify, str):
            # NOTE: `requests` prefers REQUESTS_CA_BUNDLE of the environment to what the session was told.
            keywords["verify"] = self._verify
        response = super().send(request, *args, **keywords)
        try:
            response._content = self._read(response, deadline)
        except ReadTimeoutError as error:
            raise requests.exceptions.ReadTimeout(error) from None
        except HTTPError as error:
            raise requests.exceptions.ConnectionError(error) from None
        finally:
            response.raw.release_conn()
        response._content_consumed = True
        return response

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := response.raw.read1(_CHUNK_BYTES, decode_content=True):
            parts.append(part)
            size += len(part)
            if time.monotonic() > deadline:
                response.close()
                raise requests.exceptions.ReadTimeout(f"no whole answer within {self._seconds:g} s")
            if size > _LARGEST_ANSWER_BYTES:
                response.close()
                raise requests.exceptions.ContentDecodingError("an answer of more than 512 MiB")
        return b"".join(parts)


class Opa(OpaClient):  # type: ignore[misc]
    """The client, bound to one base URL, one timeout and our own reading of answers."""

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        verify: bool | str = True,
        certificate: str | tuple[str, str] | None = None,
        timeout_seconds: float,
        trust_environment: bool = True,
    ) -> None:
        super().__init__(ssl=base_url.startswith("https:"), cert=certificate, retries=0, timeout=timeout_seconds)
        self.base_url = base_url.rstrip("/")
        self.root_url = f"{self.base_url}/v1"
        session: requests.Session = self._session
        session.verify = verify
        session.auth = _Bearer(token)
        session.trust_env = trust_environment
        session.max_redirects = 2
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Bounded(timeout_seconds, verify))

    def healthy(self) -> bool:
        """Whether it says that it is ready. Raises PolicyError with the reason when there is no conversation at all."""
        with _errors(self.base_url):
            return bool(self._session.get(f"{self.base_url}/health", timeout=self.timeout).ok)

    def upload(self, name: str, text: str) -> None:
        """Put a module under a name, its text unchanged. Raises OpaError for a module that OPA refuses."""
        with _errors(self.base_url):
            self.update_policy_from_string(text, name, rego_compat=False)

    def remove(self, name: str) -> None:
        """Remove a module; one that is gone already is no error."""
        with _errors(self.base_url):
            try:
                self.delete_policy(name)
            except DeletePolicyError as error:
                if error.expression != "resource_not_found":
                    raise

    def packages(self) -> dict[str, str]:
        """The package (parts joined by `/`, `data` first) of each module that the server holds."""
        with _errors(self.base_url):
            modules = self.get_policies_info()
            return {name: said["path"].removeprefix(f"{self.root_url}/") for name, said in modules.items()}

    def text_of(self, name: str) -> str:
        """The text of a module that the server holds."""
        with _errors(self.base_url):
            return str(self.get_policy(name)["result"]["raw"])

    def value(self, path: str, document: bytes) -> Any:
        """The value of a rule over an input in JSON. A failing builtin is an error, as is undefined.

        NOTE: not through `query_rule`, which would encode the input again from plain data with the slow encoder.
        """
        with _errors(self.base_url):
            response = self._session.post(
                f"{self.root_url}/data/{path}?strict-builtin-errors=true",
                data=b'{"input":' + document + b"}",
                headers={"Content-Type": "application/json"},
                timeout=self.timeout,
            )
            response.raise_for_status()
            answer = decode(response.content)
        if not isinstance(answer, dict) or "result" not in answer:
            raise OpaError(f"{path} is undefined", [])
        return answer["result"]


@contextmanager
def _errors(base_url: str) -> Iterator[None]:
    """Turns whatever the client raises into OpaError (OPA said no) or PolicyError (there is no conversation)."""
    try:
        yield
    except RegoParseError as error:
        if not isinstance(error.message, str):
            raise PolicyError(f"what answers at {base_url} is no OPA", hint="check the URL and its path") from None
        raise OpaError(error.message, [found for found in error.errors if isinstance(found, dict)]) from None
    except PolicyNotFoundError as error:
        raise OpaError(str(error.message), []) from None
    except requests.exceptions.HTTPError as error:
        raise _refusal(error, base_url) from None
    except requests.exceptions.SSLError as error:
        raise PolicyError(
            f"the OPA server at {base_url} is not trusted: {_short(error)}",
            hint="give the certificate of its authority (opa_ca_file)",
        ) from None
    except requests.exceptions.Timeout:
        raise PolicyError(
            f"OPA at {base_url} did not answer in time", hint="raise the timeout, or look at the server's load"
        ) from None
    except (requests.exceptions.JSONDecodeError, ValueError, KeyError, AttributeError, TypeError) as error:
        # NOTE: the client takes answers apart without looking: anything but OPA's shape ends in one of these.
        raise PolicyError(
            f"what answers at {base_url} is no OPA: {_short(error)}", hint="check the URL and its path"
        ) from None
    except (requests.exceptions.RequestException, OSError) as error:
        raise PolicyError(
            f"no connection to OPA at {base_url}: {_short(error)}", hint="check the URL, and that the server runs"
        ) from None
    except (ConnectionsError, DeletePolicyError, TypeException) as error:
        raise PolicyError(f"OPA at {base_url}: {getattr(error, 'message', error.expression)}") from None


def _refusal(error: requests.exceptions.HTTPError, base_url: str) -> Exception:
    response = error.response
    if response is None:
        return PolicyError(f"OPA at {base_url} refuses the request")
    if response.status_code in (401, 403):
        return PolicyError(f"OPA at {base_url} refuses us ({response.status_code})", hint="check the token")
    try:
        said = json.loads(response.content)
        return OpaError(str(said["message"]), [found for found in said.get("errors") or [] if isinstance(found, dict)])
    except (ValueError, KeyError, TypeError, AttributeError):
        return PolicyError(
            f"OPA at {base_url} answered {response.status_code} {response.reason}", hint="look at the server's log"
        )


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text if len(text) < 200 else f"{text[:200]}..."
