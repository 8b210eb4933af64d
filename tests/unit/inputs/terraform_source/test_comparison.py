"""Two states of the same source: what is new, gone, changed, moved or as it was."""

from __future__ import annotations

from pathlib import Path

from tests.unit.inputs.terraform_source.roots import by_address, read

from spendgate.inputs.terraform_source.comparison import compare
from spendgate.model.resource import Action, Workload


def compared(folder: Path, base: dict[str, str], head: dict[str, str]) -> Workload:
    return compare(read(folder / "base", base), read(folder / "head", head))


def block(name: str, body: str = "") -> str:
    return f'resource "a_b" "{name}" {{\n{body}}}\n'


def test_actions_are_those_between_the_two(tmp_path: Path) -> None:
    base = {"main.tf": block("same", "  x = 1\n") + block("changed", "  x = 1\n") + block("gone")}
    head = {"main.tf": block("changed", "  x = 2\n") + block("same", "  # moved down\n  x = 1\n") + block("new")}
    workload = compared(tmp_path, base, head)
    assert {address: change.action for address, change in by_address(workload).items()} == {
        "a_b.same": Action.NO_OP,
        "a_b.changed": Action.UPDATE,
        "a_b.gone": Action.DELETE,
        "a_b.new": Action.CREATE,
    }
    gone = workload.locate("a_b.gone")
    assert gone is not None
    assert gone.file.endswith("base/main.tf")


def test_a_change_of_default_tags_changes_the_resources_that_they_reach(tmp_path: Path) -> None:
    provider = 'provider "a" {{\n  default_tags {{\n    tags = {{ t = "{0}" }}\n  }}\n}}\n'
    workload = compared(
        tmp_path, {"main.tf": provider.format("x") + block("c")}, {"main.tf": provider.format("y") + block("c")}
    )
    assert by_address(workload)["a_b.c"].action is Action.UPDATE


def test_moved_blocks_join_the_old_address_and_the_new(tmp_path: Path) -> None:
    base = {"main.tf": block("one", "  x = 1\n") + block("two", "  count = 1\n  x = 1\n")}
    head = {
        "main.tf": block("uno", "  x = 1\n")
        + 'module "m" {\n  source = "./m"\n}\n'
        + "moved {\n  from = a_b.one\n  to = a_b.uno\n}\nmoved {\n  from = a_b.two[0]\n  to = module.m.a_b.due\n}\n",
        "m/main.tf": block("due", "  x = 2\n"),
    }
    changes = by_address(compared(tmp_path, base, head))
    assert {address: (change.action, change.previous_address) for address, change in changes.items()} == {
        "a_b.uno": (Action.MOVE, "a_b.one"),
        "module.m.a_b.due": (Action.UPDATE, "a_b.two[0]"),
    }


def test_long_chains_of_locals_are_no_mistake(tmp_path: Path) -> None:
    chain = "".join(f"  l{n} = local.l{n - 1} + 1\n" for n in range(1, 300))
    workload = read(tmp_path, "locals {\n  l0 = 0\n" + chain + "}\n" + block("c", "  x = local.l299\n"))
    assert by_address(workload)["a_b.c"].resource.attributes.values == {"x": 299}
