"""Takes out of an object what may be a secret, before it is written anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from spendgate.inputs.inventory.secrets import is_secret

_LABELS = frozenset({"labels", "matchLabels", "nodeSelector", "selector"})
_COMMANDS = frozenset({"args", "command"})
_BOOKKEEPING = frozenset({"managedFields", "kubectl.kubernetes.io/last-applied-configuration"})
_NAMED = r"[\w.-]*(?:pass(?:word|wd|phrase)|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)s?"
# NOTE: `--max-tokens 4096` is a limit and no secret; numbers are kept, for sizes are read from them.
_GIVEN = re.compile(rf"({_NAMED})(\s*[=:]\s*|\s+)(?!\d+(?:\s|$))(\"[^\"]*\"|'[^']*'|\S+)", re.IGNORECASE)
_ADDRESS = re.compile(r"(://)[^/@\s]+@")
_OPTION = re.compile(rf"-{{1,2}}{_NAMED}", re.IGNORECASE)
_REMOVED = "REMOVED"


def scrubbed(value: Any, key: str = "") -> Any:
    """The value without environment values, user data, fields and options named like secrets; labels are kept as they are."""
    if isinstance(value, Mapping):
        return {
            name: scrubbed(child, name)
            for name, child in value.items()
            if name not in _BOOKKEEPING and (key in _LABELS or not is_secret(name))
        }
    if isinstance(value, list):
        return _command(value) if key in _COMMANDS else [scrubbed(child) for child in value]
    return _text(value) if isinstance(value, str) and key in _COMMANDS else value


def _command(words: list[Any]) -> list[Any]:
    """NOTE: an option and its value may be two words, the first of which names the second."""
    kept: list[Any] = []
    follows = False
    for word in words:
        if not isinstance(word, str):
            kept.append(scrubbed(word))
        elif follows and not word.startswith("-") and not word.isdigit():
            kept.append(_REMOVED)
        else:
            kept.append(_text(word))
        follows = isinstance(word, str) and _OPTION.fullmatch(word) is not None
    return kept


def _text(text: str) -> str:
    return _ADDRESS.sub(rf"\1{_REMOVED}@", _GIVEN.sub(rf"\1\2{_REMOVED}", text))
