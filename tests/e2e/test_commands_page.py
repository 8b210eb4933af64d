"""The page about commands is what their help says."""

from __future__ import annotations

from tests.e2e.commands_page import PAGE, commands, page


def test_the_page_is_up_to_date() -> None:
    """Made anew by `python -m tests.e2e.commands_page`."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_option_says_what_it_does() -> None:
    silent = [
        f"{typed} {option.opts[-1]}"
        for typed, command in commands()
        for option in command.params
        if option.param_type_name == "option" and not getattr(option, "help", None)
    ]
    assert silent == []
