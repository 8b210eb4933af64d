"""Keeps secrets out: marks what a state holds under names that secrets go by, whatever the state itself marks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_NAMES = re.compile(
    r"pass(word|wd|phrase)|secret(?!_id$)|token(?!s_per)|private_key|api_?key|access_key(?!_id$)|credential|connection_string"
    r"|user_?data|startup_script|custom_data|shared_key|certificate_authority|kube_?(admin_)?config|client_key|^env(ironment)?$"
    r"|_env$|environment_variables|app_settings|primary_key|secondary_key",
    re.IGNORECASE,
)
_TELLTALE = re.compile(
    r"-----BEGIN |(?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|pwd)\s*=|[?&]sig=|://[^/@\s]+:[^/@\s]+@"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}",
    re.IGNORECASE,
)
"""Keys in PEM, connection strings, signed addresses, addresses with a password, tokens: known by their looks."""
_SHORTEST = 12
_INSIDE = frozenset({"metadata"})
"""Maps of settings that people write scripts and keys into: each value of them but the plain ones is a secret."""
_PLAIN = frozenset(
    {"idle-timeout-seconds", "enable-guest-attributes", "install-nvidia-driver", "proxy-mode", "framework"}
)
_TAGS = frozenset({"tags", "tags_all", "labels", "effective_labels", "terraform_labels"})


def is_secret(name: str) -> bool:
    """Whether an attribute of this name may hold a secret."""
    return _NAMES.search(name) is not None


def looks_secret(value: str) -> bool:
    """Whether a text looks like a key, whatever it is called."""
    return len(value) >= _SHORTEST and _TELLTALE.search(value) is not None


def secret_tags(tags: Mapping[str, str]) -> dict[str, bool]:
    """The marker tree of tags: those into which somebody wrote a key."""
    return {key: True for key, value in tags.items() if looks_secret(value)}


def marked(values: Any, given: Any) -> Any:
    """The marker tree of a tree: what the state marks, and every attribute whose name says that it may be a secret."""
    own = _marks(values)
    return own if not given else _joined(own, given)


def _marks(value: Any) -> Any:
    if isinstance(value, Mapping):
        found: dict[Any, Any] = {}
        for key, child in value.items():
            name = str(key)
            if name in _TAGS:
                if isinstance(child, Mapping) and (told := {one for one, text in child.items() if _is_told(text)}):
                    found[key] = dict.fromkeys(told, True)
            elif _is_told(child) or (is_secret(name) and child not in (None, "", [], {}, True, False)):
                found[key] = True
            elif name in _INSIDE and isinstance(child, Mapping):
                found[key] = {inner: True for inner in child if inner not in _PLAIN}
            elif isinstance(child, (Mapping, list)) and (below := _marks(child)):
                found[key] = below
        return found
    if isinstance(value, Sequence) and not isinstance(value, str):
        marks = [_marks(child) for child in value]
        return marks if any(marks) else False
    return False


def _is_told(value: Any) -> bool:
    return isinstance(value, str) and looks_secret(value)


def _joined(first: Any, second: Any) -> Any:
    if first is True or second is True:
        return True
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return {key: _joined(first.get(key, False), second.get(key, False)) for key in {**first, **second}}
    if isinstance(first, list) and isinstance(second, list):
        length = max(len(first), len(second))
        return [_joined(_at(first, index), _at(second, index)) for index in range(length)]
    return first or second


def _at(marks: list[Any], index: int) -> Any:
    return marks[index] if index < len(marks) else False
