"""Comments on pull requests of GitHub and GitHub Enterprise (REST, issue comments)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from spendgate.hosts import Comment
from spendgate.hosts.exchange import Exchange
from spendgate.hosts.wanted import wanted
from spendgate.model.frozen import Frozen

_NEXT = re.compile(r'<([^>]+)>;[^,]*\brel="next"')
_PULL = re.compile(r"refs/pull/(\d+)/")


class _Thread(Frozen):
    exchange: Exchange
    repository: str
    number: str

    def comments(self) -> Iterator[Comment]:
        path: str | None = f"repos/{self.repository}/issues/{self.number}/comments?per_page=100"
        while path:
            answer = self.exchange.ask("GET", path)
            for each in answer.data:
                yield Comment(str(each["id"]), each.get("body") or "")
            following = _NEXT.search(answer.headers.get("link", ""))
            path = following[1] if following else None

    def create(self, body: str) -> str:
        path = f"repos/{self.repository}/issues/{self.number}/comments"
        return str(self.exchange.ask("POST", path, {"body": body}).data["id"])

    def update(self, comment: Comment, body: str) -> None:
        self.exchange.ask("PATCH", f"repos/{self.repository}/issues/comments/{comment.id}", {"body": body})


class GitHub:
    """GitHub Actions sets all but the token's permission: `pull-requests: write`."""

    name = "github"
    limit = 65_536
    marker = "<!-- {} -->"

    def thread(self, said: Mapping[str, str | None], environment: Mapping[str, str]) -> _Thread:
        """The pull request of the job, or the one that options name."""
        base = wanted("url", said, environment, "GITHUB_API_URL", default="https://api.github.com")
        token = wanted("token", said, environment, "GITHUB_TOKEN", "GH_TOKEN")
        repository = wanted("repository", said, environment, "GITHUB_REPOSITORY")
        pull = _PULL.match(environment.get("GITHUB_REF", ""))
        number = wanted("pull_request", said, environment, "PULL_REQUEST", default=pull[1] if pull else None)
        headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
        return _Thread(Exchange(base, headers), repository, number)

    def dialect(self, body: str) -> str:
        """As it is."""
        return body


GITHUB = GitHub()
