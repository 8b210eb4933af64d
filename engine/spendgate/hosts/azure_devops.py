"""Comment threads on pull requests of Azure DevOps (REST, version 7.1)."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from spendgate.hosts import Comment
from spendgate.hosts.exchange import Exchange
from spendgate.hosts.wanted import wanted
from spendgate.model.frozen import Frozen

_VERSION = "api-version=7.1"
_TEXT, _CLOSED = 1, 4
"""A comment of people, and a thread that asks nobody to do anything."""


class _Thread(Frozen):
    exchange: Exchange
    threads: str

    def comments(self) -> Iterator[Comment]:
        for thread in self.exchange.ask("GET", f"{self.threads}?{_VERSION}").data.get("value", ()):
            if thread.get("isDeleted"):
                continue
            for each in thread.get("comments") or ():
                if not each.get("isDeleted"):
                    yield Comment(f"{thread['id']}/{each['id']}", each.get("content") or "")

    def create(self, body: str) -> str:
        comment = {"parentCommentId": 0, "content": body, "commentType": _TEXT}
        data = {"comments": [comment], "status": _CLOSED}
        return str(self.exchange.ask("POST", f"{self.threads}?{_VERSION}", data).data["id"])

    def update(self, comment: Comment, body: str) -> None:
        thread, _, number = comment.id.partition("/")
        self.exchange.ask("PATCH", f"{self.threads}/{thread}/comments/{number}?{_VERSION}", {"content": body})


class AzureDevOps:
    """Azure Pipelines sets all; the job maps `SYSTEM_ACCESSTOKEN: $(System.AccessToken)`, and the build service may contribute."""

    name = "azure-devops"
    limit = 150_000
    marker = "<!-- {} -->"

    def thread(self, said: Mapping[str, str | None], environment: Mapping[str, str]) -> _Thread:
        """The pull request of the build, or the one that options name (`project/repository`)."""
        base = wanted("url", said, environment, "SYSTEM_COLLECTIONURI")
        if environment.get("SYSTEM_ACCESSTOKEN") and not environment.get("AZURE_DEVOPS_TOKEN"):
            proof = f"Bearer {environment['SYSTEM_ACCESSTOKEN']}"
        else:
            token = wanted("token", said, environment, "AZURE_DEVOPS_TOKEN", "SYSTEM_ACCESSTOKEN")
            proof = f"Basic {base64.b64encode(f':{token}'.encode()).decode()}"
        here = "/".join(filter(None, (environment.get(name) for name in ("SYSTEM_TEAMPROJECT", "BUILD_REPOSITORY_ID"))))
        stated = (
            wanted("repository", said, {"HERE": here}, "HERE")
            if here
            else wanted("repository", said, environment, "SYSTEM_TEAMPROJECT and BUILD_REPOSITORY_ID")
        )
        number = wanted("pull_request", said, environment, "SYSTEM_PULLREQUEST_PULLREQUESTID")
        project, _, repository = stated.partition("/")
        path = f"{quote(project)}/_apis/git/repositories/{quote(repository)}/pullRequests/{number}/threads"
        return _Thread(Exchange(base, {"Authorization": proof}), path)

    def dialect(self, body: str) -> str:
        """As it is."""
        return body


AZURE_DEVOPS = AzureDevOps()
