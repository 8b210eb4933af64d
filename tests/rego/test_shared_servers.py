"""A server that others use too: it is left as it was found, what it holds is respected, and runs at once do not mix."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

import pytest
import requests
from tests.rego.conftest import TOKEN, Opa
from tests.rego.dockets import case, docket, own, policies
from tests.rego.test_engine_failures import HELD, judge

from spendgate.errors import PolicyError
from spendgate.evaluators.rego import EngineSettings, RegoLanguage
from spendgate.evaluators.rego.engines import Question, Unit, opa_http, opa_session
from spendgate.model.frozen import replace


@pytest.mark.service
def test_the_server_is_left_as_it_was(opa: Opa) -> None:
    def held() -> list[str]:
        answer = requests.get(f"{opa.url}/v1/policies", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5)
        return sorted(module["id"] for module in answer.json()["result"])

    before = held()
    settings = EngineSettings(engine="server", url=opa.url, token=TOKEN)
    assert len(RegoLanguage(engine=settings).judge(HELD, docket(case())).findings) == 1
    broken = policies(own("deny contains lower(1) if true"))
    with pytest.raises(PolicyError):
        RegoLanguage(engine=settings).judge(broken, docket(case()))
    assert held() == before
    data = requests.get(f"{opa.url}/v1/data/spendgate", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5)
    assert data.json() == {}


@pytest.mark.service
def test_a_wrong_token_is_named_as_such(opa: Opa) -> None:
    error = judge(EngineSettings(engine="server", url=opa.url, token="another"))
    assert "check the token" in str(error)


@pytest.mark.service
def test_a_package_that_the_server_already_has_is_refused(opa: Opa) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    text = 'package spendgate.tests.test_001\nimport rego.v1\ndeny contains "other" if true\n'
    requests.put(f"{opa.url}/v1/policies/theirs", data=text, headers=headers, timeout=5).raise_for_status()
    try:
        error = judge(EngineSettings(engine="server", url=opa.url, token=TOKEN))
        assert "already holds package spendgate.tests.test_001" in str(error)
    finally:
        requests.delete(f"{opa.url}/v1/policies/theirs", headers=headers, timeout=5)


@pytest.mark.service
def test_two_runs_at_once_see_their_own_parameters(opa: Opa) -> None:
    more = "#   parameters: {most: {type: number, default: 1}}\n"
    rule = 'deny contains {"msg": sprintf("%d", [lib.param("TEST-001", "most", 0)]), "resource": "a"} if true'
    (policy,) = policies(own(rule, more=more))
    settings = EngineSettings(engine="server", url=opa.url, token=TOKEN)
    said: dict[int, set[str]] = {}

    def run(number: int) -> None:
        mine = replace(policy, parameters={"most": Decimal(number)})
        for _ in range(4):
            outcome = RegoLanguage(engine=settings).judge([mine], docket(case()))
            said.setdefault(number, set()).update(finding.message for finding in outcome.findings)

    threads = [threading.Thread(target=run, args=(number,)) for number in (3, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {3: {"3"}, 7: {"7"}}


class Crowded:
    """An OPA that refuses the first uploads, since another run's module was in the way and is gone when it is looked for."""

    timeout = 5.0

    def __init__(self, refusals: int, said: str) -> None:
        self.left, self.said = refusals, said

    def packages(self) -> Mapping[str, str]:
        return {}

    def upload(self, name: str, text: str) -> None:
        if self.left and "query" not in name:
            self.left -= 1
            raise opa_http.OpaError("cannot compile", [{"message": self.said, "location": {"file": name, "row": 1}}])

    def value(self, path: str, document: bytes) -> Any:
        return {"asked": True}

    def remove(self, name: str) -> None:
        return


def asked_of(crowded: Crowded) -> Any:
    module = HELD[0].body.modules[0]
    unit = Unit((module,), (Question("q", module, "data.q"),), (b"{}",))
    return opa_session.OpaSession(cast("opa_http.Opa", crowded), "server", shared=True).ask(unit)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opa_session.time, "sleep", lambda seconds: None)


@pytest.mark.usefixtures("hurry")
def test_a_module_that_was_in_the_way_and_is_gone_again_is_waited_out_however_often() -> None:
    of_another = "package annotation redeclared: spendgate/0123456789abcdef/0:1"
    assert asked_of(Crowded(20, of_another)) == [{"asked": True}]


@pytest.mark.usefixtures("hurry")
def test_a_conflict_with_nobody_else_is_our_own_and_an_error() -> None:
    with pytest.raises(PolicyError, match="conflicting rules"):
        asked_of(Crowded(10**6, "conflicting rules data.x found"))
