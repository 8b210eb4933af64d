"""Asks an API server through the official client, signed in as kubectl is; every failure is one kind of error."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spendgate.errors import SettingsError

_CONNECT_SECONDS, _READ_SECONDS = 10, 60
AGAIN = frozenset({429, 500, 502, 503, 504})
_LONGEST_WAIT_SECONDS = 30.0
_PART_BYTES = 65_536
EXPIRED = 410
WHY = {
    401: "not signed in: 401",
    403: "not allowed: 403",
    404: "not served: 404",
    410: "the list grew too old between two pages: 410",
    429: "throttled, however often it was asked: 429",
}
_INSTALL = "pip install 'spendgate[kubernetes-live]'"


class RefusedError(Exception):
    """A request that was not answered: why, and the HTTP status if there was one. Never leaves the collector."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.status = status


class Answers:
    """The answers of one cluster. Raises SettingsError when the client or its configuration is missing or wrong."""

    def __init__(self, context: str | None, kubeconfig: str | None, attempts: int, wait_seconds: float) -> None:
        try:
            from kubernetes import client as client_module
            from kubernetes import config as config_module
            from kubernetes.config.config_exception import ConfigException
            from urllib3.exceptions import HTTPError
        except ImportError:
            raise SettingsError("collecting from Kubernetes needs its client", hint=_INSTALL) from None
        # The client comes without types.
        client: Any = client_module
        config: Any = config_module
        # NOTE: the client lets the errors of its YAML reader through.
        unreadable = config.kube_config.yaml.YAMLError
        settings = client.Configuration()
        try:
            try:
                config.load_kube_config(kubeconfig, context, client_configuration=settings, persist_config=False)
            except ConfigException:
                if context is not None or kubeconfig is not None:
                    raise
                config.load_incluster_config(client_configuration=settings)
        except (ConfigException, unreadable, OSError, ValueError):
            # NOTE: the client's own message may quote the configuration, and with it a key.
            raise SettingsError(
                "Kubernetes: no usable configuration", hint="--kubeconfig FILE, --context NAME, or KUBECONFIG"
            ) from None
        settings.retries = False
        self._client: Any = client.ApiClient(settings)
        self._refused: type[Exception] = client.ApiException
        self._broken: type[Exception] = HTTPError
        self._attempts = attempts
        self._wait_seconds = wait_seconds

    def get(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Mapping[str, Any]:
        """The answer to a GET, a JSON object. Raises RefusedError."""
        for attempt in range(1, self._attempts + 1):
            try:
                return self._once(path, query)
            except RefusedError as refusal:
                if attempt == self._attempts or (refusal.status not in AGAIN and refusal.status):
                    raise
            time.sleep(min(self._wait_seconds * 2 ** (attempt - 1), _LONGEST_WAIT_SECONDS))
        raise RefusedError("was not asked")

    def lines(self, path: str, query: Sequence[tuple[str, str]], read_seconds: float) -> Iterator[bytes]:
        """The lines of an answer as they come, until it ends; the last one may be half of one. Raises RefusedError."""
        rest = b""
        try:
            answer = self._asked(path, query, read_seconds)
            try:
                for part in answer.response.stream(_PART_BYTES):
                    *whole, rest = (rest + part).split(b"\n")
                    yield from (line for line in whole if line.strip())
            finally:
                answer.response.close()
        except self._broken:
            raise RefusedError("no connection") from None
        if rest.strip():
            yield rest

    def _once(self, path: str, query: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
        try:
            answer = self._asked(path, query, _READ_SECONDS)
            status, body = int(answer.status), answer.read()
        except self._broken:
            raise RefusedError("no connection") from None
        try:
            value = json.loads(body)
        except ValueError:
            raise RefusedError("the answer is no JSON", status) from None
        if not isinstance(value, Mapping):
            raise RefusedError("the answer is no object", status)
        return value

    def _asked(self, path: str, query: Sequence[tuple[str, str]], read_seconds: float) -> Any:
        """A response of status 200 whose body is still to be read."""
        request: Any = self._client.param_serialize(
            "GET",
            path,
            query_params=list(query),
            header_params={"Accept": "application/json"},
            auth_settings=["BearerToken"],
        )
        try:
            answer: Any = self._client.call_api(*request, _request_timeout=(_CONNECT_SECONDS, read_seconds))
            status = int(answer.status)
        except self._refused as error:
            status = int(getattr(error, "status", 0) or 0)
            if not status:
                raise RefusedError("no connection") from None
        if status != 200:
            raise RefusedError(WHY.get(status, f"HTTP {status}"), status)
        return answer
