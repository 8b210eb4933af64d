"""Writes the files under `tests/policies/<id>/` from `tests/policies/cases`, and takes away those that are no longer made."""

from __future__ import annotations

from pathlib import Path

from tests.policies.cases import all_cases, file_name

FOLDER = Path(__file__).parent


def main() -> None:
    for policy, cases in all_cases().items():
        folder = FOLDER / policy
        wanted = {file_name(case, text): text for case, text in cases.items()}
        for part in {"", *(name.rpartition("/")[0] for name in wanted)}:
            (folder / part).mkdir(exist_ok=True, parents=True)
        for stale in folder.glob("**/*.*.*"):
            if stale.relative_to(folder).as_posix() not in wanted:
                stale.unlink()
        for name, text in wanted.items():
            (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
