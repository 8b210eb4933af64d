"""Which policies a run has, and how configuration and options change them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spendgate.errors import PolicyError, SettingsError
from spendgate.model.finding import Enforcement
from spendgate.model.policy import EnforcementRule, Policy
from spendgate.policies import catalog
from spendgate.policies.catalog import STARTER, Override, load

OWN = """
id: {id}
title: Own
pack: own
severity: low
enforcement: warn
message: no
on_unknown: require-approval
parameters:
  most: {{type: number, default: 4, max: 10}}
  allowed: {{type: map, default: {{dev: [T4], prod: [H100]}}}}
  names: {{type: list, default: [a]}}
  over: {{type: money, default: 5 USD}}
  strict: {{type: bool, default: false}}
  word: {{type: text, default: x}}
assert: [{{field: accel.count, lte: "${{most}}"}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "b" / "two.yml").write_text(OWN.format(id="OWN-002"))
    (tmp_path / "one.yaml").write_text(OWN.format(id="OWN-001"))
    (tmp_path / "three.json").write_text(
        '{"id": "OWN-003", "title": "t", "pack": "own", "severity": "low", "enforcement": "warn", "message": "m",'
        ' "assert": [{"field": "name", "exists": true}]}'
    )
    (tmp_path / "notes.md").write_text("not a policy")
    (tmp_path / "one.tests.yaml").write_text("[]")
    (tmp_path / ".hidden" / "x.yaml").write_text("nothing")
    return tmp_path


def ids(policies: Sequence[Policy]) -> list[str]:
    return [policy.id for policy in policies]


def test_the_starter_pack_is_what_runs_when_nothing_is_said() -> None:
    assert ids(load()) == sorted(STARTER)
    assert len(STARTER) == 8


def test_packs_are_taken_by_name_and_each_policy_once() -> None:
    gpu = [each.id for each in catalog.built_ins() if each.pack == "gpu"]
    assert ids(load(packs=["gpu"])) == gpu
    assert ids(load(packs=["starter", "gpu"])) == sorted({*STARTER, *gpu})
    assert set(ids(load(packs=["all"]))) >= set(STARTER)


def test_a_profile_stands_for_the_packs_of_a_role() -> None:
    assert ids(load(packs=["full"])) == ids(load(packs=["all"]))
    assert set(ids(load(packs=["standard"]))) >= {*STARTER, *ids(load(packs=["kubernetes"]))}
    assert {each[:3] for each in ids(load(packs=["finance"]))} == {"TAG", "BUD", "COM", "MC-", "SUS"}
    assert {"SIZE-002", "SIZE-004", *ids(load(packs=["experiment"]))} <= set(ids(load(packs=["research-lab"])))


def test_every_pack_that_is_named_can_be_loaded() -> None:
    for name in catalog.pack_names():
        assert load(packs=[name]), name


def test_own_policies_stand_alone_unless_packs_are_asked_for(folder: Path) -> None:
    assert ids(load([folder])) == ["OWN-001", "OWN-002", "OWN-003"]
    assert ids(load([folder / "one.yaml", folder])) == ["OWN-001", "OWN-002", "OWN-003"]
    assert ids(load([folder / "one.yaml"], ["starter"])) == sorted([*STARTER, "OWN-001"])


def test_built_in_files_are_named_after_what_is_in_them() -> None:
    policies = {policy.id: policy for policy in load(packs=["all"], readers={".rego": lambda files, built_in: []})}
    for each in catalog.built_ins():
        if each.path.suffix != ".rego":
            assert policies[each.id].pack == each.pack
            assert policies[each.id].origin == each.origin
            assert policies[each.id].built_in


@pytest.mark.parametrize(
    ("paths", "packs", "message"),
    [
        (["missing.yaml"], None, "no such file or folder"),
        (["notes.md"], None, "is no policy: .md suffix"),
        ([".hidden/x.yaml"], None, "is no policy: it holds a single value"),
        (["empty"], None, "holds no policy"),
        ([], ["gpus"], "no pack is named 'gpus' (did you mean gpu?)"),
    ],
)
def test_what_cannot_be_loaded_is_an_error(
    folder: Path, paths: list[str], packs: list[str] | None, message: str
) -> None:
    (folder / "empty").mkdir()
    with pytest.raises((PolicyError, SettingsError)) as caught:
        load([folder / path for path in paths], packs)
    assert message in str(caught.value)


def test_an_id_exists_once(folder: Path) -> None:
    (folder / "b" / "copy.yaml").write_text(OWN.format(id="OWN-001"))
    with pytest.raises(PolicyError) as caught:
        load([folder])
    assert "OWN-001 exists twice" in str(caught.value)
    assert "one.yaml" in str(caught.value)
    assert "copy.yaml" in str(caught.value)
    (folder / "b" / "copy.yaml").write_text(OWN.format(id="GPU-001"))
    with pytest.raises(PolicyError, match="give yours another id, or change the built-in one"):
        load([folder], ["gpu"])


class TestOverrides:
    """The configuration has the last word, within what makes sense."""

    def one(self, folder: Path, override: Override, params: Sequence[str] = ()) -> Policy:
        return load([folder / "one.yaml"], overrides={"OWN-001": override}, params=params)[0]

    def test_maps_merge_by_key_and_lists_replace(self, folder: Path) -> None:
        changed = self.one(
            folder, Override(parameters={"allowed": {"dev": ["L4"], "qa": ["T4"]}, "names": ["b", "c"], "most": 7})
        )
        assert changed.parameters["allowed"] == {"dev": ["L4"], "prod": ["H100"], "qa": ["T4"]}
        assert changed.parameters["names"] == ("b", "c")
        assert changed.parameters["most"] == 7

    def test_enforcement_replaces_that_of_every_case(self) -> None:
        changed = load(packs=["cluster-size"], overrides={"SIZE-001": Override(EnforcementRule(Enforcement.WARN))})[0]
        assert changed.enforcement.strictest is Enforcement.WARN
        assert all(rung.enforcement is None for rung in changed.body.rungs)

    def test_a_policy_can_be_turned_off(self, folder: Path) -> None:
        assert load([folder / "one.yaml"], overrides={"OWN-001": Override(enabled=False)}) == []

    def test_unknowns_can_only_cost_more(self, folder: Path) -> None:
        assert self.one(folder, Override(on_unknown=Enforcement.BLOCK)).on_unknown is Enforcement.BLOCK
        with pytest.raises(SettingsError, match="can only become stricter than require-approval"):
            self.one(folder, Override(on_unknown=Enforcement.WARN, file="spendgate.yaml", line=3))
        tightened = load([folder], on_unknown=Enforcement.REQUIRE_APPROVAL)
        assert {policy.on_unknown for policy in tightened} == {Enforcement.REQUIRE_APPROVAL}
        assert load([folder / "one.yaml"], on_unknown=Enforcement.WARN)[0].on_unknown is Enforcement.REQUIRE_APPROVAL

    def test_a_built_in_policy_of_another_pack_may_be_configured(self, folder: Path) -> None:
        assert load([folder / "one.yaml"], overrides={"GPU-001": Override(enabled=False)})

    @pytest.mark.parametrize(
        ("policy_id", "override", "message"),
        [
            ("OWN-010", Override(file="s.yaml", line=4), "s.yaml:4: no policy has the id 'OWN-010' (did you mean OWN-001?)"),
            ("OWN-001", Override(parameters={"mst": 1}, file="s.yaml", line=4), "s.yaml:4: OWN-001 has no parameter 'mst' (did you mean most?)"),
            ("OWN-001", Override(parameters={"most": 11}), "OWN-001.most: most is 11, the most is 10"),
            ("OWN-001", Override(parameters={"most": "few"}), "OWN-001.most: 'few' is no number"),
            ("OWN-001", Override(parameters={"allowed": ["T4"]}), "is no map"),
        ],
    )  # fmt: skip
    def test_what_fits_nothing_is_an_error(
        self, folder: Path, policy_id: str, override: Override, message: str
    ) -> None:
        with pytest.raises(SettingsError) as caught:
            load([folder / "one.yaml"], overrides={policy_id: override})
        assert message in str(caught.value)

    @pytest.mark.parametrize(
        ("option", "name", "value"),
        [
            ("OWN-001.most=7", "most", Decimal(7)),
            ("OWN-001.names=x, y", "names", ("x", "y")),
            ("OWN-001.names=[x]", "names", ("x",)),
            ("OWN-001.allowed={dev: [L4]}", "allowed", {"dev": ["L4"], "prod": ["H100"]}),
            ("OWN-001.strict=true", "strict", True),
            ("OWN-001.word=a=b", "word", "a=b"),
        ],
    )
    def test_options_are_read_by_the_type_of_the_parameter(
        self, folder: Path, option: str, name: str, value: Any
    ) -> None:
        assert self.one(folder, Override(), [option]).parameters[name] == value

    def test_options_win_over_the_configuration_and_maps_keep_merging(self, folder: Path) -> None:
        override = Override(parameters={"most": 7, "allowed": {"qa": ["L4"]}})
        changed = self.one(folder, override, ["OWN-001.most=8", "OWN-001.allowed={dev: []}", "OWN-001.over=9 EUR"])
        assert changed.parameters["most"] == 8
        assert changed.parameters["allowed"] == {"dev": [], "prod": ["H100"], "qa": ["L4"]}
        assert changed.parameters["over"].unit == "EUR"

    @pytest.mark.parametrize(
        ("option", "message"),
        [
            ("most=7", "--param 'most=7' cannot be read"),
            ("GPU-001.allowed={}", "--param names GPU-001, which this run does not load"),
            ("OWN-001.mst=7", "OWN-001 has no parameter 'mst' (did you mean most?)"),
            ("OWN-001.most=many", "--param OWN-001.most: 'many' is no number"),
            ("OWN-001.over=5", "--param OWN-001.over: '5' is no money (write it like 500 USD)"),
            ("OWN-001.allowed={dev: [", "--param OWN-001.allowed: '{dev: [' is not valid YAML"),
        ],
    )
    def test_an_option_without_effect_is_an_error(self, folder: Path, option: str, message: str) -> None:
        with pytest.raises(SettingsError) as caught:
            self.one(folder, Override(), [option])
        assert message in str(caught.value)


def test_files_of_other_languages_go_to_their_reader(folder: Path) -> None:
    asked: list[tuple[list[str], bool]] = []

    def reader(files: Sequence[tuple[Path, str]], built_in: bool) -> Iterable[Policy]:
        asked.append(([path.name for path, _ in files], built_in))
        return ()

    (folder / "x.rego").write_text("package x")
    (folder / "constraint.yaml").write_text("apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: K\n")
    load([folder], readers={".rego": reader})
    assert asked == [(["constraint.yaml", "x.rego"], False)]
    with pytest.raises(PolicyError, match="Kubernetes object"):
        load([folder])
