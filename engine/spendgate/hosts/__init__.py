"""Hosts of pull requests: one comment each, found again by a hidden marker and brought up to date.

One more host is a file here and a line in the registry.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from spendgate.errors import SettingsError
from spendgate.hosts.exchange import HostError
from spendgate.model.frozen import Frozen
from spendgate.registry import Registry

_TAG = re.compile(r"[A-Za-z0-9._/-]{1,80}")
_TRIES = 3
_OPENING = re.compile(r"<details[^>]*>")


class Comment(Frozen):
    """A comment on a pull request, as the host names it."""

    id: str
    body: str


class Thread(Protocol):
    """The comments of one pull request. Every method raises HostError for what the host refuses."""

    def comments(self) -> Iterator[Comment]:
        """All comments, page by page."""
        ...

    def create(self, body: str) -> str:
        """Write a comment; its id."""
        ...

    def update(self, comment: Comment, body: str) -> None:
        """Write a comment anew."""
        ...


class Host(Protocol):
    """One kind of host."""

    name: str
    limit: int
    """The most characters of a comment."""
    marker: str
    """The first line of a comment, hidden from readers; `{}` stands for the tag."""

    def thread(self, said: Mapping[str, str | None], environment: Mapping[str, str]) -> Thread:
        """The pull request that options (`url`, `repository`, `pull_request`, `token`) or the CI's variables name.

        Raises SettingsError that names what is missing.
        """
        ...

    def dialect(self, body: str) -> str:
        """A comment in GitHub's Markdown as this host shows it best."""
        ...


HOSTS: Registry[Host] = Registry(
    "host",
    "spendgate.hosts",
    {
        "github": "spendgate.hosts.github:GITHUB",
        "gitlab": "spendgate.hosts.gitlab:GITLAB",
        "bitbucket": "spendgate.hosts.bitbucket:BITBUCKET",
        "azure-devops": "spendgate.hosts.azure_devops:AZURE_DEVOPS",
    },
)


def upsert(host: Host, thread: Thread, body: str, tag: str = "", *, pause: Callable[[float], None] = time.sleep) -> str:
    """Bring the comment with this marker up to date, or write it: `created`, `updated` or `unchanged`.

    `tag` keeps the comments of several deployments apart. Raises SettingsError for a tag that could break the marker.
    """
    if tag and not _TAG.fullmatch(tag):
        raise SettingsError(f"--tag {tag!r} is no name", hint="letters, digits, dots, slashes and hyphens")
    marker = host.marker.format(f"spendgate {tag}" if tag else "spendgate")
    text = fitting(f"{marker}\n{host.dialect(_without_marker(body))}", host.limit)
    found = _ours(thread, marker)
    for tries_left in range(_TRIES - 1, -1, -1):
        if found is not None:
            break
        try:
            thread.create(text)
            return "created"
        except HostError as error:
            if not error.is_doubtful or not tries_left:
                raise
            pause(_TRIES - tries_left)
            found = _ours(thread, marker)
    assert found is not None
    if found.body.replace("\r\n", "\n").rstrip() == text.rstrip():
        return "unchanged"
    thread.update(found, text)
    return "updated"


def _ours(thread: Thread, marker: str) -> Comment | None:
    return next((comment for comment in thread.comments() if comment.body.lstrip().startswith(marker)), None)


def _without_marker(body: str) -> str:
    first, _, rest = body.partition("\n")
    return rest.lstrip("\n") if first.startswith("<!-- spendgate") else body


def fitting(text: str, limit: int) -> str:
    """A comment cut at a paragraph so that it fits, with what was folded closed and a line that says so."""
    if len(text) <= limit:
        return text
    said = "\n\n… cut here: the rest does not fit in a comment. The job's own output has it all.\n"
    room = limit - len(said) - len("\n\n</details>")
    cut = text.rfind("\n\n", 0, room)
    kept = text[: cut if cut > 0 else room]
    if len(_OPENING.findall(kept)) > kept.count("</details>"):
        kept += "\n\n</details>"
    return kept + said
