"""Notes on merge requests of GitLab, on gitlab.com or a server of one's own (REST, version 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from spendgate.hosts import Comment
from spendgate.hosts.exchange import Exchange
from spendgate.hosts.wanted import wanted
from spendgate.model.frozen import Frozen


class _Thread(Frozen):
    exchange: Exchange
    notes: str

    def comments(self) -> Iterator[Comment]:
        page = "1"
        while page:
            answer = self.exchange.ask("GET", f"{self.notes}?per_page=100&sort=asc&page={page}")
            for each in answer.data:
                if not each.get("system"):
                    yield Comment(str(each["id"]), each.get("body") or "")
            page = answer.headers.get("x-next-page", "")

    def create(self, body: str) -> str:
        return str(self.exchange.ask("POST", self.notes, {"body": body}).data["id"])

    def update(self, comment: Comment, body: str) -> None:
        self.exchange.ask("PUT", f"{self.notes}/{comment.id}", {"body": body})


class GitLab:
    """GitLab CI sets all but the token: a job's own token writes no notes, so a project access token with `api` is needed."""

    name = "gitlab"
    limit = 1_000_000
    marker = "<!-- {} -->"

    def thread(self, said: Mapping[str, str | None], environment: Mapping[str, str]) -> _Thread:
        """The merge request of the job, or the one that options name (a project by its path or number)."""
        base = wanted("url", said, environment, "CI_API_V4_URL", default="https://gitlab.com/api/v4")
        token = wanted("token", said, environment, "GITLAB_TOKEN")
        project = wanted("repository", said, environment, "CI_PROJECT_ID")
        number = wanted("pull_request", said, environment, "CI_MERGE_REQUEST_IID")
        notes = f"projects/{quote(project, safe='')}/merge_requests/{number}/notes"
        return _Thread(Exchange(base, {"PRIVATE-TOKEN": token}), notes)

    def dialect(self, body: str) -> str:
        """As it is."""
        return body


GITLAB = GitLab()
