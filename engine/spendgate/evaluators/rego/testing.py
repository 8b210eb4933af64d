"""Runs the tests of Rego policies: `test_` rules of `*_test.rego`, and `given`/`expect` in `<policy>.tests.yaml` beside one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from spendgate.errors import PolicyError
from spendgate.evaluators.rego.contract import Contract, Module, reference
from spendgate.evaluators.rego.engines import EngineSettings, Question, Session, Unit, choose
from spendgate.evaluators.rego.given_tests import given_results, tests_beside
from spendgate.evaluators.rego.language import parameter_data
from spendgate.evaluators.rego.loading import load_rego
from spendgate.evaluators.rego.modules import TEST_SUFFIX, bundled_libraries, files_of, read_module, with_libraries
from spendgate.model.policy import Policy
from spendgate.policies.testing import TestResult, TestRun

_PREFIX = "test_"


def run_rego_tests(
    paths: Iterable[Path | str],
    now: datetime,
    engine: EngineSettings | None = None,
    *,
    data: Iterable[Path | str] = (),
) -> TestRun:
    """Run all Rego tests below paths as if it were `now`, in the order of files.

    `untested` names the policies of our contract that no test speaks of. Raises PolicyError when policies cannot be loaded; a
    test that cannot be run has failed, with the reason.
    """
    paths, data = list(paths), list(data)
    files = [path for path in files_of(paths, ".rego") if path.suffix == ".rego"]
    tests = [read_module(path) for path in files if path.name.endswith(TEST_SUFFIX)]
    modules = [read_module(path) for path in files if not path.name.endswith(TEST_SUFFIX)]
    policies = load_rego([path for path in files if not path.name.endswith(TEST_SUFFIX)], data=data)
    held = {policy.id: tests_beside(policy) for policy in policies if policy.body.contract is Contract.OWN}
    results: list[TestResult] = []
    settings = engine or EngineSettings()
    if tests or any(held.values()):
        with choose(settings).open(settings) as session:
            for test in tests:
                results += _rule_results(test, modules, policies, now, session)
            for policy in policies:
                if document := held.get(policy.id):
                    results += given_results(policy, document, now, session)
    spoken = {test.scan.package for test in tests} | {
        module.scan.package for test in tests for module in with_libraries([test], modules)
    }
    untested = tuple(
        policy.id
        for policy in policies
        if policy.id in held and not held[policy.id] and policy.body.package not in spoken
    )
    return TestRun(tuple(results), untested)


def _rule_results(
    test: Module, modules: Sequence[Module], policies: Sequence[Policy], now: datetime, session: Session
) -> Iterator[TestResult]:
    """The results of one test module. A test passes when its rule is there and not false."""
    beside = [module for module in modules if module.scan.package == test.scan.package]
    given = {(module.scan.package, module.text) for module in modules}
    libraries = [each for each in bundled_libraries() if (each.scan.package, each.text) not in given]
    chosen = with_libraries([test, *beside], [*modules, *libraries])
    questions = tuple(
        Question(name, reference(test.scan.package, name), test) for name in test.scan.rules if name.startswith(_PREFIX)
    )
    data = parameter_data(policies)
    for policy in policies:
        data |= {(key,): value for key, value in policy.body.data.items()}
    answers = _answers(Unit(chosen, questions, (b"{}",), data, now), session)
    for question in questions:
        answer = answers[question.key]
        line = test.scan.rules[question.key] + test.line_offset
        if isinstance(answer, PolicyError):
            said, passed = str(answer), False
        else:
            passed = answer is not _UNDEFINED and answer is not False
            said = "" if passed else f"it is {'undefined' if answer is _UNDEFINED else 'false'}"
        actual = "pass" if passed else "error" if isinstance(answer, PolicyError) else "fail"
        yield TestResult(test.scan.path, question.key, passed, "pass", actual, said, test.origin, line)


_UNDEFINED: Any = object()


def _answers(unit: Unit, session: Session) -> Mapping[str, Any]:
    """The value of each question, or its error: when the sheet as a whole fails, each is asked by itself."""
    if not unit.questions:
        return {}
    try:
        sheet = session.ask(unit)[0]
        return {question.key: sheet.get(question.key, _UNDEFINED) for question in unit.questions}
    except PolicyError as error:
        if len(unit.questions) == 1:
            return {unit.questions[0].key: error}
    found: dict[str, Any] = {}
    for question in unit.questions:
        found |= _answers(Unit(unit.modules, (question,), unit.inputs, unit.data, unit.now), session)
    return found
