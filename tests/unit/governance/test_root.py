"""Roots: the same name on every machine; and digests of what was judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from spendgate.errors import InputError
from spendgate.governance.digests import digest_bytes, digest_of, digest_of_all, digests_of
from spendgate.governance.root import joined, root_of, shown_path

ROOTS = {
    "a file of the repository": ("envs/prod/plan.json", None, "envs/prod/plan.json"),
    "a file above the working folder": ("../plan.json", None, "plan.json"),
    "a dotted way": ("./envs/../plan.json", None, "inner/plan.json"),
    "a file elsewhere has its bare name": ("/somewhere/else/plan.json", None, "plan.json"),
    "a pipe": ("-", None, "stdin"),
    "a stated name": ("/somewhere/plan.json", "prod", "prod"),
    "the repository itself": ("..", None, ""),
}


@pytest.mark.parametrize("name", ROOTS)
def test_root(name: str, tmp_path: Path) -> None:
    path, stated, root = ROOTS[name]
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "inner"
    inner.mkdir()
    expected = f"inner/{root}" if name == "a file of the repository" else root
    assert root_of(path, stated, folder=inner) == expected


def test_two_checkouts_name_a_root_alike(tmp_path: Path) -> None:
    names = set()
    for checkout in ("one", "two"):
        (tmp_path / checkout / ".git").mkdir(parents=True)
        names.add(root_of(str(tmp_path / checkout / "a" / "plan.json"), folder=tmp_path / checkout))
    assert names == {"a/plan.json"}


def test_several_roots_have_one_name_in_any_order() -> None:
    assert joined(["b", "a", "b"]) == joined(["a", "b"]) == "a + b"


def test_paths_are_shown_without_the_machine(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert shown_path(str(tmp_path / "w.yaml"), folder=tmp_path) == "w.yaml"
    assert shown_path("w.yaml", folder=tmp_path) == "w.yaml"


def test_a_folder_is_known_by_its_files(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text("a", encoding="utf-8")
    first = digest_of(tmp_path)
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "x").write_text("cache", encoding="utf-8")
    assert digest_of(tmp_path) == first
    (tmp_path / "a.tf").rename(tmp_path / "b.tf")
    assert digest_of(tmp_path) != first


def test_several_inputs_have_one_digest_in_any_order(tmp_path: Path) -> None:
    one, two = digest_bytes(b"1"), digest_bytes(b"2")
    assert digest_of_all({"a": one, "b": two}) == digest_of_all({"x": two, "y": one})
    assert digest_of_all({"a": one}) == one


def test_a_pipe_has_no_digest() -> None:
    with pytest.raises(InputError, match="standard input has no digest"):
        digests_of({"stdin": "-"})
