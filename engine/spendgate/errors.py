"""The exceptions that spendgate raises on purpose.

    SpendgateError          anything a user can mend; exit code 2
    ├── InputError          a document could not be read or is not what it should be
    ├── PolicyError         a policy is malformed or cannot run
    ├── SettingsError       configuration, options, waivers, usage or budgets are wrong
    ├── PriceError          the price book is absent, damaged or refuses a row
    └── RegistryError       an unknown or twice registered plug-in name

Each carries a hint that says what to do, and a place (file, line, column) where one is known.
"""

from __future__ import annotations


class SpendgateError(Exception):
    """Base of all errors that end a run with one line for the user and exit code 2."""

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.file = file
        self.line = line
        self.column = column

    @property
    def place(self) -> str:
        """`file:line:column` as far as it is known, else an empty string."""
        parts = [self.file or ""]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        return ":".join(parts) if self.file else ""

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.message}{hint}"


class InputError(SpendgateError):
    """A document could not be read, or it is not the kind of document that it should be."""


class PolicyError(SpendgateError):
    """A policy is malformed, or it cannot run."""


class SettingsError(SpendgateError):
    """Configuration, a command-line option, waivers, usage or budgets are wrong."""


class PriceError(SpendgateError):
    """The price book is absent or damaged, or a row was refused while it was built."""


class RegistryError(SpendgateError):
    """A plug-in name is unknown, or was registered twice."""
