"""From files to policies: contracts, libraries, and what is an error rather than a policy that says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.rego.dockets import own

from spendgate.errors import PolicyError
from spendgate.evaluators.rego import load_rego
from spendgate.evaluators.rego.loading import read_rego
from spendgate.model.finding import Enforcement

RULE = 'deny contains {"msg": "no", "resource": "a"} if true'


def written(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_rego", ".rego").replace("_yaml", ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_a_policy_of_ours_with_its_libraries(tmp_path: Path) -> None:
    mine = own(f"import data.team.names\n\n{RULE}").replace("import rego.v1\n\nimport", "import")
    folder = written(
        tmp_path,
        policy_rego=mine,
        names_rego="package team.names\n\nimport data.team.words\n\nx := words.y\n",
        words_rego="package team.words\n\ny := 1\n",
        policy_test_rego="package spendgate.tests.test_001\n\ntest_x if true\n",
    )
    (policy,) = load_rego([folder])
    assert (policy.id, policy.language, policy.pack) == ("TEST-001", "rego", "test")
    assert policy.enforcement.default is Enforcement.BLOCK
    assert policy.origin == str(folder / "policy.rego")
    packages = [module.scan.path for module in policy.body.modules]
    assert packages[0] == "spendgate.tests.test_001"
    assert set(packages[1:]) == {"spendgate.lib", "team.names", "team.words"}


def test_a_package_in_several_files(tmp_path: Path) -> None:
    more = (
        'package spendgate.tests.test_001\n\nimport rego.v1\n\nwarn contains {"msg": "hm", "resource": "a"} if true\n'
    )
    (policy,) = load_rego([written(tmp_path, a_rego=own(RULE), b_rego=more)])
    assert policy.body.rules == {"deny": "deny", "warn": "warn"}


def test_origins_and_built_in_as_the_catalog_says_them(tmp_path: Path) -> None:
    folder = written(tmp_path, a_rego=own(RULE))
    (policy,) = read_rego([(folder / "a.rego", "built-in/test/a.rego")], True)
    assert policy.built_in
    assert policy.origin == "built-in/test/a.rego"


REFUSED = {
    "a package of ours without rules": ({"a_rego": own("x := 1")}, "no rule that gives results", 8),
    "a misnamed rule in package main": ({"a_rego": "package main\n\ndenied contains 1 if true\n"}, "no rule", 1),
    "a misnamed rule elsewhere": ({"a_rego": "package team.gpu\n\ndenied contains 1 if true\n"}, "nothing reads it", 1),
    "an exception alone": ({"a_rego": own('exception contains "a" if true')}, "no rule that gives results", 8),
    "our package without metadata": (
        {"a_rego": "package spendgate.gpu.x\n\ndeny contains 1 if true\n"},
        "no METADATA",
        1,
    ),
    "an id twice": (
        {"a_rego": own(RULE), "b_rego": own(RULE).replace("tests.test", "other.test")},
        "there twice",
        None,
    ),
    "metadata twice": ({"a_rego": own(RULE), "b_rego": own(RULE)}, "metadata twice", None),
    "no package": ({"a_rego": "deny contains 1 if true\n"}, "has no package", 1),
    "a constraint without its template": (
        {"a_yaml": "apiVersion: constraints.gatekeeper.sh/v1\nkind: NoSuch\nmetadata: {name: x}\n"},
        "no ConstraintTemplate",
        2,
    ),
    "a template without Rego": (
        {
            "a_yaml": "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {name: x}\n"
            "spec:\n  crd: {spec: {names: {kind: X}}}\n  targets: [{code: [{engine: K8sNativeValidation}]}]\n"
        },
        "without Rego",
        6,
    ),
    "a template without violation": (
        {
            "a_yaml": "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {name: x}\n"
            "spec:\n  crd: {spec: {names: {kind: X}}}\n  targets:\n    - rego: |\n        package x\n        deny[1] { true }\n"
        },
        "no rule `violation`",
        8,
    ),
}


@pytest.mark.parametrize(("files", "said", "line"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(tmp_path: Path, files: dict[str, str], said: str, line: int | None) -> None:
    with pytest.raises(PolicyError, match=said) as caught:
        load_rego([written(tmp_path, **files)])
    assert caught.value.exit_code == 2
    assert caught.value.file is not None
    if line is not None:
        assert caught.value.line == line


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no such file"):
        load_rego([tmp_path / "none"])


def test_text_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.rego").write_bytes(b"package a\n\xff\n")
    with pytest.raises(PolicyError, match="is not UTF-8"):
        load_rego([tmp_path])


def test_other_yaml_is_passed_over(tmp_path: Path) -> None:
    assert load_rego([written(tmp_path, a_yaml="kind: Deployment\napiVersion: apps/v1\n", b_yaml=": [broken")]) == []


def test_data_files_merge_and_do_not_overwrite(tmp_path: Path) -> None:
    folder = written(
        tmp_path, a_rego="package main\n\ndeny contains data.x if true\n", d__a_yaml="x: 1\n", d__b_yaml="y: 2\n"
    )
    (policy,) = load_rego([folder / "a.rego"], data=[folder / "d"])
    assert policy.body.data == {"x": 1, "y": 2}
    written(tmp_path, d__c_yaml="x: 3\n")
    with pytest.raises(PolicyError, match="'x' again"):
        load_rego([folder / "a.rego"], data=[folder / "d"])
