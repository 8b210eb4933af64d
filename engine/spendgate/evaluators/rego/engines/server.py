"""Rego on an OPA server that runs already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from spendgate.errors import PolicyError
from spendgate.evaluators.rego.engines import EngineSettings, Session


class ServerEngine:
    """A running OPA: `https://opa.example.com:8181/base`, reached with a token and certificates where configured."""

    name = "server"

    def version(self, settings: EngineSettings) -> str:
        """The URL, when an OPA answers there."""
        with self.open(settings):
            return f"OPA server at {settings.url}"

    @contextmanager
    def open(self, settings: EngineSettings) -> Iterator[Session]:
        """A session on the server. Raises PolicyError when the URL is none or no healthy OPA answers."""
        url = _checked(settings.url)
        from spendgate.evaluators.rego.engines.opa_http import Opa
        from spendgate.evaluators.rego.engines.opa_session import OpaSession

        certificate: str | tuple[str, str] | None = settings.cert_file
        if settings.cert_file and settings.key_file:
            certificate = (settings.cert_file, settings.key_file)
        opa = Opa(
            url,
            token=settings.token,
            verify=settings.ca_file or True,
            certificate=certificate,
            timeout_seconds=settings.timeout_seconds,
        )
        with opa:
            if not opa.healthy():
                raise PolicyError(
                    f"no healthy OPA answers at {url}",
                    hint="check the URL, the token and the certificates, and that the server runs",
                )
            yield OpaSession(opa, self.name, shared=True)


def _checked(url: str | None) -> str:
    if not url:
        raise PolicyError("the server engine has no URL", hint="name it with --opa-url or opa_url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise PolicyError(f"{url!r} is no URL of an OPA server", hint="write it like https://opa.example.com:8181")
    if parts.username or parts.password:
        raise PolicyError("the URL of the OPA server holds a password", hint="give a token instead")
    return url


ENGINE = ServerEngine()
