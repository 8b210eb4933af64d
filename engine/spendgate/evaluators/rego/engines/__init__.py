"""The engines that evaluate Rego, behind one port: a server, a program, or a library in this process."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from importlib.util import find_spec
from typing import Any, Protocol

from spendgate.errors import PolicyError
from spendgate.evaluators.rego.contract import Module
from spendgate.model.frozen import Frozen
from spendgate.registry import Registry

AUTO = "auto"
DEFAULT_TIMEOUT_SECONDS = 60.0
BOTH_WAYS = "pip install 'spendgate[rego]' for the embedded engine, or put an `opa` program of version 1 on PATH"


class EngineSettings(Frozen):
    """Which engine answers, and how to reach it. Files are paths to PEM; the token is sent as a bearer token.

    `timeout_seconds` bounds each request to OPA as a whole. The embedded engine cannot be interrupted.
    """

    engine: str = AUTO
    url: str | None = None
    token: str | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    program: str | None = None


class Question(Frozen):
    """A rule whose value is wanted. `key` names the answer, `module` is the one to name when something goes wrong."""

    key: str
    reference: str
    module: Module


class Unit(Frozen):
    """What is evaluated together: modules that may see each other, data by path, and one question sheet for each input.

    `inputs` are JSON documents. `now` replaces the clock for policies that ask for the time.
    """

    modules: tuple[Module, ...]
    questions: tuple[Question, ...]
    inputs: tuple[bytes, ...]
    data: Mapping[tuple[str, ...], Any] = {}
    now: datetime | None = None

    @property
    def dialect(self) -> str:
        """`v0` when any module is written in the old syntax."""
        return "v0" if any(module.scan.dialect == "v0" for module in self.modules) else "v1"

    @property
    def asks_for_time(self) -> bool:
        """Whether a module reads the clock."""
        return any("time.now_ns" in module.scan.calls for module in self.modules)


class Session(Protocol):
    """An engine that is ready to answer."""

    def ask(self, unit: Unit) -> list[dict[str, Any]]:
        """For each input the answers by key; what is undefined has no key. Raises PolicyError, never a part of the answers."""
        ...


class Engine(Protocol):
    """One way to evaluate Rego."""

    name: str

    def version(self, settings: EngineSettings) -> str:
        """What would answer, for `doctor`: the version of the program or the library. Raises PolicyError."""
        ...

    def open(self, settings: EngineSettings) -> AbstractContextManager[Session]:
        """A session; whatever was started or uploaded for it is gone when it is left."""
        ...


ENGINES: Registry[Engine] = Registry(
    "rego engine",
    "spendgate.rego_engines",
    {
        "server": "spendgate.evaluators.rego.engines.server:ENGINE",
        "binary": "spendgate.evaluators.rego.engines.binary:ENGINE",
        "embedded": "spendgate.evaluators.rego.engines.embedded:ENGINE",
    },
)


def choose(settings: EngineSettings) -> Engine:
    """The engine that answers: the one named, or for `auto` a configured server, an `opa` program, the embedded one.

    Raises PolicyError when none is there, or when the one named cannot take effect.
    """
    if settings.engine != AUTO:
        if settings.engine != "server" and settings.url:
            raise PolicyError(
                f"an OPA server is configured ({settings.url}) but the {settings.engine} engine is asked for",
                hint="use --rego-engine server, or leave the URL out",
            )
        return ENGINES.get(settings.engine)
    if settings.url:
        return ENGINES.get("server")
    if settings.program or shutil.which("opa"):
        return ENGINES.get("binary")
    if find_spec("regorus"):
        return ENGINES.get("embedded")
    raise PolicyError("no engine for Rego policies is installed", hint=BOTH_WAYS)
