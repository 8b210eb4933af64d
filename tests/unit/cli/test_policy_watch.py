"""Watching policies: a run after each change and after none without one, errors waited out, the last exit code kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e.stories import run
from tests.e2e.test_policy_bench import OWN

from spendgate.errors import PolicyError, SettingsError
from spendgate_cli.policy_watch import changed, stamps, watching


def acting(*steps: Callable[[], object]) -> Callable[[], None]:
    """A pause that takes one step each time, and ends like Ctrl-C."""
    left: Iterator[Callable[[], object]] = iter(steps)

    def pause() -> None:
        step = next(left, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    return pause


def test_it_runs_once_for_each_change_and_not_without_one(tmp_path: Path) -> None:
    policy = tmp_path / "a.yaml"
    policy.write_text("one", encoding="utf-8")
    runs: list[str] = []

    def count() -> int:
        runs.append(",".join(sorted(path.name for path in tmp_path.iterdir())))
        return len(runs)

    code = watching(
        [str(tmp_path)],
        count,
        acting(
            lambda: None,
            lambda: policy.write_text("longer", encoding="utf-8"),
            lambda: None,
            lambda: (tmp_path / "b.yaml").write_text("new", encoding="utf-8"),
            policy.unlink,
            lambda: (tmp_path / ".swap").write_text("hidden", encoding="utf-8"),
        ),
    )
    assert runs == ["a.yaml", "a.yaml", "a.yaml,b.yaml", "b.yaml"]
    assert code == 4


def test_a_change_during_a_run_is_not_lost(tmp_path: Path) -> None:
    policy = tmp_path / "a.yaml"
    policy.write_text("one", encoding="utf-8")
    runs: list[int] = []

    def touch_once() -> int:
        runs.append(1)
        if len(runs) == 1:
            policy.write_text("changed meanwhile", encoding="utf-8")
        return 0

    watching([str(policy)], touch_once, acting())
    assert len(runs) == 2


def test_an_error_is_shown_and_waited_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = tmp_path / "a.yaml"
    policy.write_text("one", encoding="utf-8")
    outcomes: Iterator[Exception | None] = iter([PolicyError("is half written", file="a.yaml"), None])

    def fail_first() -> int:
        if (error := next(outcomes)) is not None:
            raise error
        return 0

    code = watching([str(policy)], fail_first, acting(lambda: policy.write_text("mended", encoding="utf-8")))
    assert code == 0
    assert "error: a.yaml: is half written" in capsys.readouterr().err


def test_the_exit_code_is_that_of_the_last_run(tmp_path: Path) -> None:
    def broken() -> int:
        raise PolicyError("no")

    assert watching([str(tmp_path)], broken, acting()) == 2
    assert watching([str(tmp_path)], lambda: 1, acting()) == 1


@pytest.mark.parametrize("paths", [[], ["nowhere"]], ids=["nothing named", "not there"])
def test_nothing_to_watch_is_an_error(paths: list[str]) -> None:
    with pytest.raises(SettingsError):
        watching(paths, lambda: 0, acting())


def test_what_came_and_went_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1", encoding="utf-8")
    before = stamps([str(tmp_path)])
    (tmp_path / "a").rename(tmp_path / "b")
    assert changed(before, stamps([str(tmp_path)])) == [str(tmp_path / "a"), str(tmp_path / "b")]


def test_the_command_refuses_to_watch_nothing_and_tests_as_before_without_it(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    assert run("policy", "test", "--watch", cwd=tmp_path).exit_code == 2
    assert run("policy", "test", "own.yaml", cwd=tmp_path).exit_code == 0
