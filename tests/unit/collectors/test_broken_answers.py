"""Answers that are broken anywhere: collecting ends with an inventory that can be read, or with an error of ours."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.collectors import azure_cloud as microsoft
from tests.unit.collectors import google_cloud as alphabet
from tests.unit.collectors.cloud import TOKEN, Asked, Reply, served

from spendgate.collectors import azure, google
from spendgate.errors import SpendgateError
from spendgate.inputs import open_input

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ODD: list[Any] = [None, True, -1, 1e300, "", "x", "//[", [], [[]], {}, {"a": [1]}, [None, {"id": 1}], "\x00", "a b\nc"]


def broken(value: Any, chance: random.Random) -> Any:
    """A copy in which something is something else, is gone, or is there twice."""
    if chance.random() < 0.03:
        return chance.choice(ODD)
    if isinstance(value, dict):
        found = {key: broken(child, chance) for key, child in value.items()}
        if found and chance.random() < 0.05:
            found.pop(chance.choice(list(found)))
        return found
    if isinstance(value, list):
        found_list = [broken(child, chance) for child in value]
        return found_list * 2 if chance.random() < 0.03 else found_list
    return value


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("cloud", ["google", "azure"])
def test_a_broken_answer_never_crashes_and_is_never_quoted(
    cloud: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(f"{cloud} {seed}")
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("AZURE_ACCESS_TOKEN", TOKEN)
    monkeypatch.delenv("GOOGLE_CLOUD_QUOTA_PROJECT", raising=False)
    api: Any = alphabet.Assets() if cloud == "google" else microsoft.Azure()

    def answer(asked: Asked) -> Reply | None:
        reply: Reply = api.answer(asked)
        return Reply(broken(reply.body, chance), reply.status)

    path = tmp_path / "estate.jsonl"
    with served(answer) as api.cloud:
        options: dict[str, Any] = {"api": api.cloud.url, "attempts": 1, "sleep": api.cloud.slept.append}
        records = (
            google.collect(NOW, (alphabet.LAB,), **options) if cloud == "google" else azure.collect(NOW, **options)
        )
        said = ""
        try:
            path.write_text("\n".join(json.dumps(record) for record in records))
        except SpendgateError as error:
            said = str(error)
    assert "PLANTED" not in said
    if not said:
        assert "PLANTED" not in path.read_text()
        assert open_input(str(path), {}).source == "inventory"
