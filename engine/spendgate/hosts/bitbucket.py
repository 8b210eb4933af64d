"""Comments on pull requests of Bitbucket Cloud (REST, version 2.0)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from spendgate.hosts import Comment
from spendgate.hosts.exchange import Exchange
from spendgate.hosts.wanted import wanted
from spendgate.model.frozen import Frozen

_SUMMARY = re.compile(r"\s*<summary>(.*?)</summary>\s*", re.DOTALL)
_TAGS = re.compile(r"</?(?:details|sub|sup|b|i|strong|em|br)\b[^>]*>")


class _Thread(Frozen):
    exchange: Exchange
    path: str

    def comments(self) -> Iterator[Comment]:
        path: str | None = f"{self.path}?pagelen=100"
        while path:
            data = self.exchange.ask("GET", path).data
            for each in data.get("values", ()):
                if not each.get("deleted"):
                    yield Comment(str(each["id"]), (each.get("content") or {}).get("raw") or "")
            path = data.get("next")

    def create(self, body: str) -> str:
        return str(self.exchange.ask("POST", self.path, _content(body)).data["id"])

    def update(self, comment: Comment, body: str) -> None:
        self.exchange.ask("PUT", f"{self.path}/{comment.id}", _content(body))


def _content(body: str) -> dict[str, Any]:
    return {"content": {"raw": body}}


class Bitbucket:
    """Bitbucket Pipelines sets all but the token: an access token of the repository with `pullrequest:write`.

    NOTE: Bitbucket shows HTML as text, comments too; a reference that nothing refers to is what stays hidden there.
    """

    name = "bitbucket"
    limit = 32_768
    marker = "[//]: # ({})"

    def thread(self, said: Mapping[str, str | None], environment: Mapping[str, str]) -> _Thread:
        """The pull request of the pipeline, or the one that options name (`workspace/repository`)."""
        base = wanted("url", said, environment, "BITBUCKET_API_URL", default="https://api.bitbucket.org/2.0")
        token = wanted("token", said, environment, "BITBUCKET_TOKEN")
        repository = wanted("repository", said, environment, "BITBUCKET_REPO_FULL_NAME")
        number = wanted("pull_request", said, environment, "BITBUCKET_PR_ID")
        path = f"repositories/{repository}/pullrequests/{number}/comments"
        return _Thread(Exchange(base, {"Authorization": f"Bearer {token}"}), path)

    def dialect(self, body: str) -> str:
        """Folded parts become headed ones, since nothing folds there; other tags are dropped."""
        headed = _SUMMARY.sub(lambda found: f"\n\n**{_TAGS.sub('', found[1]).strip()}**\n\n", body)
        return "\n" + _TAGS.sub("", headed).lstrip("\n")


BITBUCKET = Bitbucket()
