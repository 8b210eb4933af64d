"""Rego without OPA: regorus, a library in this process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from spendgate.errors import PolicyError
from spendgate.evaluators.rego.contract import Module
from spendgate.evaluators.rego.engines import BOTH_WAYS, EngineSettings, Session, Unit
from spendgate.evaluators.rego.engines.builtins import EXTENSIONS, LACKING
from spendgate.wire.policy_input import decode, encode

_PLACE = re.compile(r"--> (\d+):(\d+):(\d+)\n")
_SAID = re.compile(r"^error: (.+?)(?=\n\n|\nStack backtrace|\Z)", re.M | re.S)
_DISTRIBUTION = "gordon-to-regorus"


class EmbeddedEngine:
    """regorus. NOTE: it evaluates in this thread and cannot be interrupted; the timeout does not hold here."""

    name = "embedded"

    def version(self, settings: EngineSettings) -> str:
        """The version of the installed wheel."""
        from importlib.metadata import PackageNotFoundError, version

        _regorus()
        try:
            return f"regorus {version(_DISTRIBUTION)}"
        except PackageNotFoundError:
            return "regorus (of unknown version)"

    @contextmanager
    def open(self, settings: EngineSettings) -> Iterator[Session]:
        """A session; nothing is started."""
        _regorus()
        yield _Embedded()


class _Embedded:
    def ask(self, unit: Unit) -> list[dict[str, Any]]:
        engine = _regorus().Engine()
        _extend(engine, unit)
        for number, module in enumerate(unit.modules):
            _refuse_lacking(module)
            engine.set_rego_v0(module.scan.dialect == "v0")
            with _translated(unit):
                engine.add_policy(str(number), module.text)
        for path, value in unit.data.items():
            for part in reversed(path):
                value = {part: value}
            with _translated(unit):
                engine.add_data_json(encode(value).decode())
        return [self._answers(engine, unit, document) for document in unit.inputs]

    def _answers(self, engine: Any, unit: Unit, document: bytes) -> dict[str, Any]:
        answers = {}
        with _translated(unit):
            engine.set_input_json(document.decode())
        for question in unit.questions:
            # NOTE: a query and not `eval_rule`, which knows no rule of several parts and spells undefined as a text.
            with _translated(unit, question.module):
                answer = decode(engine.eval_query_as_json(question.reference).encode())
            if "result" in answer:
                answers[question.key] = answer["result"][0]["expressions"][0]["value"]
        return answers


def _regorus() -> Any:
    try:
        import regorus
    except ImportError:
        raise PolicyError("the embedded Rego engine is not installed", hint=BOTH_WAYS) from None
    return regorus


def _extend(engine: Any, unit: Unit) -> None:
    for name, (arity, function) in EXTENSIONS.items():
        engine.add_extension(name, arity, function)
    if unit.now is not None:
        nanoseconds = int(unit.now.timestamp()) * 1_000_000_000 + unit.now.microsecond * 1000
        engine.add_extension("time.now_ns", 0, lambda: nanoseconds)


def _refuse_lacking(module: Module) -> None:
    """NOTE: regorus misses a builtin only when it gets to the call, which a condition before it may prevent."""
    for name, line in module.scan.calls.items():
        if name in LACKING:
            raise PolicyError(
                f"calls {name}, which the embedded engine does not have",
                file=module.origin,
                line=line + module.line_offset,
                hint="judge it with OPA: --rego-engine binary or server",
            )


@contextmanager
def _translated(unit: Unit, module: Module | None = None) -> Iterator[None]:
    """Turns the engine's errors into ours, with the module and the line in it."""
    try:
        yield
    except (RuntimeError, ValueError, TypeError) as error:
        text = str(error)
        line = None
        if place := _PLACE.search(text):
            module = unit.modules[int(place[1])]
            line = int(place[2]) + module.line_offset
        said = _SAID.search(text)
        reason = " ".join((said[1] if said else text.split("Stack backtrace")[0]).split())
        raise PolicyError(
            f"cannot be evaluated: {reason} (embedded engine)",
            file=module.origin if module else None,
            line=line,
        ) from None


ENGINE = EmbeddedEngine()
