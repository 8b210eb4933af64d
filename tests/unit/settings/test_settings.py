"""Settings: option before environment before file before default, each with its origin; mistakes with their line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spendgate.errors import InputError, SettingsError
from spendgate.model.finding import Enforcement
from spendgate.settings import Settings, resolve
from spendgate.settings.file import SettingsFile
from spendgate.settings.schedules import hours_per_week
from spendgate.settings.unsaid import NothingSaid


def settings(
    folder: Path,
    text: str | None = None,
    options: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
) -> Settings:
    if text is not None:
        (folder / "spendgate.yaml").write_text(text, encoding="utf-8")
    return resolve(options or {}, environment=environment or {}, folder=folder)


PRECEDENCE = {
    "default": (None, {}, {}, "changes", "default"),
    "file over default": ("scope: all\n", {}, {}, "all", "spendgate.yaml:1"),
    "environment over file": (
        "scope: all\n",
        {},
        {"SPENDGATE_SCOPE": "changes"},
        "changes",
        "environment SPENDGATE_SCOPE",
    ),
    "option over environment": (
        "scope: changes\n",
        {"scope": "all"},
        {"SPENDGATE_SCOPE": "changes"},
        "all",
        "option --scope",
    ),
    "an empty variable says nothing": ("scope: all\n", {}, {"SPENDGATE_SCOPE": ""}, "all", "spendgate.yaml:1"),
}


@pytest.mark.parametrize("name", PRECEDENCE)
def test_precedence(name: str, tmp_path: Path) -> None:
    text, options, environment, value, origin = PRECEDENCE[name]
    found = settings(tmp_path, text, options, environment)
    assert found.scope == value
    assert found.origins["scope"].said_by.endswith(origin)


PACKS = {
    "the starter pack without a word": (None, {}, ("starter",)),
    "own policies turn the default off": (None, {"policy_paths": ("own",)}, ()),
    "own policies and a named pack": (None, {"policy_paths": ("own",), "packs": ("gpu",)}, ("gpu",)),
    "packs of the file": ("packs: [gpu, budget]\n", {}, ("gpu", "budget")),
    "options replace the file's": ("packs: [gpu]\n", {"packs": ("starter",)}, ("starter",)),
}


@pytest.mark.parametrize("name", PACKS)
def test_packs(name: str, tmp_path: Path) -> None:
    text, options, packs = PACKS[name]
    assert settings(tmp_path, text, options).packs == packs


METRICS = {
    "none": (None, {}, {}, ()),
    "one in the file, beside it": ("metrics: m.csv\n", {}, {}, ("HERE/m.csv",)),
    "several in the file": (
        "metrics: [m.csv, 'cloudwatch://eu-west-1,us-east-1']\n",
        {},
        {},
        ("HERE/m.csv", "cloudwatch://eu-west-1,us-east-1"),
    ),
    "several in the environment": (
        "metrics: m.csv\n",
        {},
        {"SPENDGATE_METRICS": "a.csv; cloudwatch://eu-west-1,us-east-1;"},
        ("a.csv", "cloudwatch://eu-west-1,us-east-1"),
    ),
    "options before everything": ("metrics: m.csv\n", {"metrics": ("b.csv", "a.csv")}, {}, ("b.csv", "a.csv")),
    "one as a word": (None, {"metrics": "b.csv"}, {}, ("b.csv",)),
}


@pytest.mark.parametrize("name", METRICS)
def test_sources_of_metrics(name: str, tmp_path: Path) -> None:
    text, options, environment, expected = METRICS[name]
    found = settings(tmp_path, text, options, environment).metrics
    assert found == tuple(source.replace("HERE", str(tmp_path)) for source in expected)


def test_measured_use_that_is_no_file_of_a_pinned_ref_is_that_of_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "m.csv").write_text("")
    monkeypatch.chdir(tmp_path / "here")
    assert settings(tmp_path, "metrics: m.csv\n").metrics == ("m.csv",)


def test_file_is_found_upward_and_its_paths_are_relative_to_it(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "spendgate.yaml").write_text("usage_file: usage.yaml\npolicy_paths: [own]\n", encoding="utf-8")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    found = resolve({}, environment={}, folder=inner)
    assert found.usage_file == str(tmp_path / "usage.yaml")
    assert found.policy_paths == (str(tmp_path / "own"),)


def test_search_ends_at_the_root_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "spendgate.yaml").write_text("scope: all\n", encoding="utf-8")
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    assert resolve({}, environment={}, folder=tmp_path / "repository").file is None


def test_everything_else_of_a_file(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        """
        policies: {GPU-001: {enforcement: warn, parameters: {allowed: {dev: [T4]}}}}
        aliases: {cost-center: [kostenstelle, KST]}
        environments: {accounts: {"111122223333": prod}}
        regions: {google: europe-west4}
        schedules: {office: 12x5, nights: 40}
        """,
    )
    override = found.overrides["GPU-001"]
    assert override.parameters == {"allowed": {"dev": ["T4"]}}
    assert override.enforcement is not None
    assert override.enforcement.default is Enforcement.WARN
    assert override.line == 2
    assert found.aliases == {"kostenstelle": "cost-center", "KST": "cost-center"}
    assert found.accounts == {"111122223333": "prod"}
    assert found.regions == {"google": "europe-west4"}
    assert found.schedules == {"office": Decimal(60), "nights": Decimal(40)}


MISTAKES = {
    "an unknown key, with the nearest one": (
        "pakcs: [gpu]\n",
        r"spendgate.yaml:1: unknown key 'pakcs' \(did you mean packs\?\)",
    ),
    "an unknown key of a policy": (
        "policies:\n  GPU-001: {enforcment: warn}\n",
        r":2: unknown key 'policies.GPU-001.enforcment' \(did you mean enforcement\?\)",
    ),
    "an enforcement that is none": (
        "policies:\n  GPU-001:\n    enforcement: blok\n",
        r":3: GPU-001: enforcement 'blok' is none \(did you mean block\?\)",
    ),
    "a policy that is switched off by a word": (
        "policies:\n  GPU-001: off\n",
        r":2: policies.GPU-001 is no map of keys \(to switch a policy off: \{enabled: false\}",
    ),
    "an enforcement that means off": (
        "policies:\n  GPU-001: {enforcement: off}\n",
        r":2: GPU-001: enforcement 'off' is none \(a policy is switched off by `enabled: false`\)",
    ),
    "an environment that is none": (
        "policies:\n  GPU-001:\n    enforcement:\n      default: warn\n      prd: block\n",
        r":5: GPU-001: unknown key 'prd' \(did you mean prod\?\)",
    ),
    "a wrong choice": ("scope: everything\n", ":1: scope: input should be 'changes' or 'all'"),
    "a wrong type": ("packs: gpu\n", ":1: packs: input should be a valid list"),
    "no map at all": ("- a\n- b\n", "is no map of settings"),
    "a provider that has no regions": ("regions: {oracle: x}\n", "regions"),
    "hours that no week has": ("schedules: {office: 200}\n", ":1: schedule 'office' is 200"),
    "hours in words": ("schedules: {office: daytime}\n", "12x5"),
    "a key given twice": ("scope: all\nscope: changes\n", "has the key 'scope' twice"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_name_file_line_and_cure(name: str, tmp_path: Path) -> None:
    text, said = MISTAKES[name]
    with pytest.raises((SettingsError, InputError), match=said):
        settings(tmp_path, text)


def test_an_option_that_is_no_choice_names_its_origin(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match="environment SPENDGATE_FAIL_ON: 'never' is not one of warn, require-approval, block"
    ):
        settings(tmp_path, environment={"SPENDGATE_FAIL_ON": "never"})


@pytest.mark.parametrize(
    ("text", "variables", "said"),
    [
        ("env: prdo\n", {}, r"spendgate\.yaml:1: 'prdo' is no environment"),
        (None, {"SPENDGATE_ENV": "prdo"}, "environment SPENDGATE_ENV: 'prdo' is no environment"),
    ],
    ids=["in the file", "in the environment"],
)
def test_a_slip_in_the_environments_name_is_refused(
    tmp_path: Path, text: str | None, variables: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        settings(tmp_path, text, environment=variables)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        settings(tmp_path, options={"config": str(tmp_path / "gone.yaml")})


HOURS = {"12x5": 60, "24x7": 168, "8x1": 8, 60: 60, 0: 0, 168: 168}
NO_HOURS = ["25x5", "8x8", "8x0", "x", "office", 169, -1, True, None]


@pytest.mark.parametrize("text", HOURS)
def test_hours_per_week(text: Any) -> None:
    assert hours_per_week(text) == HOURS[text]


@pytest.mark.parametrize("text", NO_HOURS)
def test_what_is_no_number_of_hours(text: Any) -> None:
    assert hours_per_week(text) is None


def test_without_a_file_the_settings_are_those_of_an_empty_one() -> None:
    empty, nothing = SettingsFile(), NothingSaid()
    for name in SettingsFile.model_fields:
        stated, unsaid = getattr(empty, name), getattr(nothing, name)
        if name == "environments":
            stated, unsaid = stated.accounts, unsaid.accounts
        assert unsaid == stated or (not unsaid and not stated), name
    assert nothing.model_fields_set == empty.model_fields_set
