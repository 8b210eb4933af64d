"""Who asks: a bearer token of the environment, or of the provider's own program where somebody is signed in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field

from spendgate.errors import SettingsError

_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_PROGRAM_SECONDS = 60


@dataclass(slots=True)
class Bearer:
    """A token that is looked for when it is first needed. It stands in no error, no log and no repr.

    `variables` are the environment's names for it, the first that is set counts; `command` is the program that prints one,
    `login` what to do when nobody is signed in.
    """

    provider: str
    variables: Sequence[str]
    command: Sequence[str]
    login: str
    _value: str = field(default="", init=False, repr=False)
    _printed: bool = field(default=False, init=False, repr=False)

    def token(self) -> str:
        """The token. Raises SettingsError when there is none, with what to do."""
        if not self._value:
            self._value = self._of_environment() or self._of_program()
        return self._value

    def renewed(self) -> bool:
        """Whether a token that is no longer taken could be replaced by another: one of the environment cannot."""
        if not self._printed:
            return False
        before, self._value = self._value, self._of_program()
        return self._value != before

    def _of_environment(self) -> str:
        for name in self.variables:
            given = os.environ.get(name, "").strip()
            if given:
                # NOTE: a header refuses a line break with an error that quotes it.
                if not _PRINTABLE.fullmatch(given):
                    raise SettingsError(f"{self.provider}: {name} holds no token", hint=self.login)
                return given
        return ""

    def _of_program(self) -> str:
        program = shutil.which(self.command[0])
        if program is None:
            raise SettingsError(
                f"{self.provider}: nobody is signed in: {self.variables[0]} is not set, and there is no {self.command[0]}",
                hint=f"export {self.variables[0]}=..., or install {self.command[0]} and: {self.login}",
            )
        try:
            done = subprocess.run(
                [program, *self.command[1:]],
                capture_output=True,
                text=True,
                timeout=_PROGRAM_SECONDS,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
            # NOTE: these errors may quote what the program printed.
            raise SettingsError(f"{self.provider}: {self.command[0]} gave no token", hint=self.login) from None
        found = done.stdout.strip()
        if done.returncode or not _PRINTABLE.fullmatch(found):
            raise SettingsError(f"{self.provider}: {self.command[0]} gave no token", hint=self.login)
        self._printed = True
        return found
