"""Evaluates units on an OPA: modules up under a prefix of ours, one query, modules down again."""

from __future__ import annotations

import re
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from spendgate.errors import PolicyError
from spendgate.evaluators.rego.contract import Module, reference
from spendgate.evaluators.rego.engines import Question, Unit
from spendgate.evaluators.rego.engines.opa_http import Opa, OpaError
from spendgate.wire.policy_input import encode

PREFIX = "spendgate"
_OF_A_RUN = re.compile(rf"{PREFIX}/[0-9a-f]{{16}}/\d+")
_MOST_TIMES_ALONE = 5
_ONLY_ONCE = re.compile("annotation redeclared|multiple default rules|conflicting rules")


class _BusyError(Exception):
    """Another run's module is in the way for a moment; `error` is what to say when it stays."""

    def __init__(self, error: PolicyError) -> None:
        super().__init__(error.message)
        self.error = error


class OpaSession:
    """A conversation that leaves the server as it found it.

    `shared` says that others use the server too: packages that it already has are then compared before ours join them.
    """

    def __init__(self, opa: Opa, engine: str, *, shared: bool) -> None:
        self._opa = opa
        self._engine = engine
        self._shared = shared
        self._token = secrets.token_hex(8)
        self._alone: Counter[str] = Counter()

    def ask(self, unit: Unit) -> list[dict[str, Any]]:
        """For each input the answers by key. Raises PolicyError with module and line."""
        deadline = time.monotonic() + self._opa.timeout
        while True:
            try:
                return self._ask_once(unit)
            except _BusyError as busy:
                if time.monotonic() > deadline:
                    raise busy.error from None
            # NOTE: of unequal length, so that two runs that met once do not meet again and again.
            time.sleep(0.02 + secrets.randbelow(200) / 1000)

    def _ask_once(self, unit: Unit) -> list[dict[str, Any]]:
        names = {f"{PREFIX}/{self._token}/{number}": module for number, module in enumerate(unit.modules)}
        asking = unit.questions[0].module
        if self._shared:
            self._refuse_strangers(unit, asking)
        query_name = f"{PREFIX}/{self._token}/query"
        package = f"{PREFIX}_run_{self._token}"
        uploaded: list[str] = []
        try:
            self._upload_all(names, uploaded, asking)
            uploaded.append(query_name)
            with self._translated(names, asking, asking):
                self._opa.upload(query_name, query_module(package, unit))
                return self._answers(package, unit)
        finally:
            self._remove(uploaded)

    def _upload_all(self, names: Mapping[str, Module], uploaded: list[str], asking: Module) -> None:
        """Put all modules. NOTE: OPA refuses a call of a function that is not there yet, so what it reads goes first."""
        waiting = list(names.items())[::-1]
        while waiting:
            later: list[tuple[str, Module, OpaError]] = []
            for name, module in waiting:
                with self._translated(names, module, asking):
                    try:
                        uploaded.append(name)
                        self._upload(name, module)
                    except OpaError as error:
                        if not any("undefined function" in str(found.get("message")) for found in error.errors):
                            raise
                        later.append((name, module, error))
            if len(later) == len(waiting):
                _, first, refusal = later[0]
                raise self._policy_error(refusal, names, first)
            waiting = [(name, module) for name, module, _ in later]

    def _upload(self, name: str, module: Module) -> None:
        """Put a module. Raises _BusyError when another run holds the same package and OPA allows it only once."""
        try:
            self._opa.upload(name, module.text)
        except OpaError as error:
            said = " ".join(
                [error.message, *(f"{found.get('message')} {found.get('location')}" for found in error.errors)]
            )
            if not self._shared or not _ONLY_ONCE.search(said):
                raise
            path, own = "data/" + "/".join(module.scan.package), f"{PREFIX}/{self._token}/"
            others = {held for held, package in self._opa.packages().items() if package == path}
            others |= set(_OF_A_RUN.findall(said))
            others = {held for held in others if held.startswith(f"{PREFIX}/") and not held.startswith(own)}
            # NOTE: whoever was in the way may be gone again by now, and not every refusal names it. Only when nobody is seen time
            # after time it is our own doing.
            self._alone[name] = 0 if others else self._alone[name] + 1
            if self._alone[name] > _MOST_TIMES_ALONE:
                raise
            raise _BusyError(
                PolicyError(
                    f"another run holds package {module.scan.path} on the OPA server ({', '.join(sorted(others))})",
                    file=module.origin,
                    hint="wait for it, or delete the module when that run was killed",
                )
            ) from None

    def _answers(self, package: str, unit: Unit) -> list[dict[str, Any]]:
        several = len(unit.inputs) != 1
        document = b'{"inputs":[' + b",".join(unit.inputs) + b"]}" if several else unit.inputs[0]
        answers = self._opa.value(f"{package}/answers", document)
        found = [answers.get(str(number)) if several else answers for number in range(len(unit.inputs))]
        if any(not isinstance(answer, dict) for answer in found):
            raise OpaError("an input has no answers", [])
        return found

    def _remove(self, names: list[str]) -> None:
        """Best effort, in the reverse order: an error on the way must not hide the one that led here."""
        for name in reversed(names):
            with suppress(PolicyError, OpaError):
                self._opa.remove(name)

    def _refuse_strangers(self, unit: Unit, asking: Module) -> None:
        """Refuse packages that the server already has with another text: their rules would join ours."""
        ours = {"data/" + "/".join(module.scan.package): module for module in unit.modules}
        texts = {module.text for module in unit.modules}
        with self._translated({}, asking, asking):
            held = self._opa.packages()
        for name, path in held.items():
            module = ours.get(path)
            if module is None:
                continue
            if not self._holds_one_of(name, texts, module, asking):
                raise PolicyError(
                    f"the OPA server already holds package {module.scan.path} (module {name}) with another text",
                    file=module.origin,
                    hint="rename the package, or use a server of its own",
                )

    def _holds_one_of(self, name: str, texts: set[str], module: Module, asking: Module) -> bool:
        with self._translated({}, module, asking):
            try:
                return self._opa.text_of(name) in texts
            except OpaError:
                return name.startswith(f"{PREFIX}/")  # another run's, removed in the meantime

    @contextmanager
    def _translated(self, names: Mapping[str, Module], module: Module, asking: Module) -> Iterator[None]:
        """Names the module in what OPA refuses, and the one that asks in what is no module's fault."""
        try:
            yield
        except OpaError as error:
            raise self._policy_error(error, names, module) from None
        except PolicyError as error:
            if error.file is None:
                error.file = asking.origin
            raise

    def _policy_error(self, error: OpaError, names: Mapping[str, Module], module: Module) -> PolicyError:
        line = None
        said = error.message
        for found in error.errors:
            place = found.get("location")
            said = str(found.get("message") or said)
            if isinstance(place, Mapping) and place.get("file") in names:
                module = names[str(place["file"])]
                line = int(place.get("row") or 0) + module.line_offset or None
                break
        old = module.scan.dialect == "v0" and re.search(r"`(if|contains)` keyword is required", said)
        return PolicyError(
            f"cannot be evaluated: {' '.join(said.split())} (OPA, {self._engine})",
            file=module.origin,
            line=line,
            hint="this server reads Rego v1 only; use --rego-engine binary or embedded for old syntax" if old else None,
        )


def query_module(package: str, unit: Unit) -> str:
    """A module of ours that puts all questions at once.

    NOTE: data and clock are laid over with `with`, so that nothing is ever written to the data of a server that others use,
    and two runs at the same time cannot see each other's parameters.
    """
    lines = [f"package {package}", "", "import rego.v1", ""]
    overlays = []
    for number, (path, value) in enumerate(sorted(unit.data.items())):
        lines.append(f"data_{number} := {encode(value).decode()}")
        overlays.append(f"with {reference(path)} as data_{number}")
    if unit.now is not None and unit.asks_for_time:
        nanoseconds = int(unit.now.timestamp()) * 1_000_000_000 + unit.now.microsecond * 1000
        overlays.append(f"with time.now_ns as {nanoseconds}")
    lines += [_rule(question) for question in unit.questions]
    over = "".join(f" {overlay}" for overlay in overlays)
    if len(unit.inputs) == 1:
        lines.append(f"answers := found if found := all_answers{over}")
    else:
        lines.append("answers[key] := found if {")
        lines.append("\tsome number, document in input.inputs")
        lines.append('\tkey := sprintf("%d", [number])')
        lines.append(f"\tfound := all_answers with input as document{over}")
        lines.append("}")
    # NOTE: without an entry of its own, a sheet on which everything is undefined would be undefined itself.
    lines.append('all_answers["asked"] := true')
    return "\n".join(lines) + "\n"


def _rule(question: Question) -> str:
    return f"all_answers[{encode(question.key).decode()}] := {question.reference}"
