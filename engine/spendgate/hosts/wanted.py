"""What a command must know of a pull request: said as an option, or found in what the CI sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spendgate.errors import SettingsError

OPTIONS = {
    "url": "--url",
    "repository": "--repository",
    "pull_request": "--pull-request",
    "token": None,
}
"""What may be asked for, with its option; a token comes from the environment alone."""


def wanted(
    key: str,
    said: Mapping[str, str | None],
    environment: Mapping[str, str],
    *variables: str,
    default: str | None = None,
) -> str:
    """The value: the option's, the first variable's that is set, or the default. Raises SettingsError without any."""
    stated = said.get(key)
    if stated:
        return stated
    found = next((environment[name] for name in variables if environment.get(name)), default)
    if found is None:
        raise SettingsError(f"the {key.replace('_', ' ')} is not known", hint=_hint(key, variables))
    return found


def _hint(key: str, variables: Sequence[str]) -> str:
    option = OPTIONS[key]
    set_one = f"set {' or '.join(variables)}"
    return f"{option} VALUE, or {set_one}" if option else set_one
