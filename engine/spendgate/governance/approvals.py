"""Approvals: somebody who may say so lets exactly these findings of exactly this plan through, for a while.

An approval names the digest of what was judged and the fingerprints of its findings. Another plan, another value or another
day, and it no longer holds; the finding then says which of them it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from spendgate.documents import Document, read_yaml, read_yaml_text
from spendgate.governance.entries import Entry, Key, day, entries, text, texts
from spendgate.governance.matter import Governed, Matter, Scene, needs_approval
from spendgate.model.expiry import Term
from spendgate.model.frozen import Frozen
from spendgate.model.policy import Policy
from spendgate.model.resource import Level, Problem
from spendgate.policies.mistakes import Mistake

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")


def digest_text(value: Any) -> str:
    """The digest of a plan. Raises Mistake."""
    found = text(value)
    if not _DIGEST.fullmatch(found):
        raise Mistake(
            f"{found!r} is no digest", "sha256: and 64 hexadecimal digits, as `run.digest` of a report has it"
        )
    return found


def _fingerprints(value: Any) -> tuple[str, ...]:
    found = texts(value)
    for each in found:
        if not _FINGERPRINT.fullmatch(each):
            raise Mistake(f"{each!r} is no fingerprint", "32 hexadecimal digits, as `fingerprint` of a finding has it")
    return found


KEYS: Mapping[str, Key] = {
    "plan": Key(digest_text),
    "findings": Key(_fingerprints),
    "approver": Key(text),
    "author": Key(text),
    "reason": Key(text),
    "expires": Key(day),
    "policies": Key(texts, required=False),
}


class Approval(Frozen):
    """One approval. `plan` is the digest of the run's inputs, `author` who made the change, `policies` is for readers only."""

    plan: str
    findings: frozenset[str]
    approver: str
    author: str
    reason: str
    term: Term
    file: str | None = None
    line: int | None = None

    @property
    def summary(self) -> str:
        """Who approved, until when and why: one line."""
        return f"approved by {self.approver} until {self.term.last_day.isoformat()}: {self.reason}"


class Authority(Frozen):
    """Who may approve: `teams` are names of people by team, `fallback` approves where a policy names nobody.

    `author` is who made the change, as the run was told; an approval's own word on it counts too.
    """

    teams: Mapping[str, Sequence[str]] = {}
    fallback: Sequence[str] = ()
    author: str | None = None

    def people(self, policy: Policy) -> tuple[str, ...]:
        """The people (and teams whose members nobody named) that may approve findings of a policy."""
        stated = policy.approvers or tuple(self.fallback)
        return tuple(dict.fromkeys(person for name in stated for person in self.teams.get(name, (name,))))

    def refusal(self, approver: str, author: str, policy: Policy) -> str | None:
        """Why somebody may not approve findings of a policy, or None."""
        authors = {_name(author), *((_name(self.author),) if self.author else ())}
        if _name(approver) in authors:
            return f"{approver} is the author of the change"
        people = self.people(policy)
        if not people:
            return f"{policy.id} names no approvers, and neither does `approvers:` in the settings"
        if _name(approver) not in {_name(person) for person in people}:
            return f"{approver} is not among the approvers of {policy.id} ({', '.join(people)})"
        return None


def _name(person: str) -> str:
    return person.strip().removeprefix("@").casefold()


def load_approvals(path: str) -> tuple[Approval, ...]:
    """The approvals of a file, or those of a text that starts with `{` or `approvals:`. Raises SettingsError, InputError."""
    if path.lstrip().startswith(("{", "approvals:")):
        return read_approvals(_wrapped(read_yaml_text(path, "--approval")))
    return read_approvals(read_yaml(path))


def _wrapped(document: Document) -> Document:
    """One approval alone stands for a list of one."""
    if isinstance(document.data, Mapping) and "approvals" not in document.data:
        return Document({"approvals": [document.data]}, document.origin)
    return document


def read_approvals(document: Document) -> tuple[Approval, ...]:
    """The approvals of a document. Raises SettingsError with file and line."""
    return tuple(_approval(entry) for entry in entries(document, "approvals", KEYS))


def _approval(entry: Entry) -> Approval:
    values = entry.values
    return Approval(
        values["plan"],
        frozenset(values["findings"]),
        values["approver"],
        values["author"],
        values["reason"],
        Term(values["expires"]),
        entry.file,
        entry.line,
    )


def apply_approvals(
    matters: Sequence[Matter],
    approvals: Sequence[Approval],
    scene: Scene,
    authority: Authority,
    plan: str,
    today: date,
) -> Governed:
    """Clear what a valid approval names; say of what one names in vain why it does not hold.

    `plan` is the digest of what this run judges.
    """
    done = tuple(_decided(matter, approvals, scene.policies, authority, plan, today) for matter in matters)
    problems = [
        Problem(
            Level.INFO, f"the approval of {each.approver} {each.term.ended(today)}: remove it", each.file, each.line
        )
        for each in approvals
        if not each.term.holds(today)
    ]
    return Governed(done, tuple(problems))


def _decided(
    matter: Matter,
    approvals: Sequence[Approval],
    policies: Mapping[str, Policy],
    authority: Authority,
    plan: str,
    today: date,
) -> Matter:
    finding = matter.finding
    if not matter.is_open:
        return matter
    naming = [each for each in approvals if finding.fingerprint in each.findings]
    policy = policies.get(finding.policy)
    if not naming or policy is None:
        return _moved_on(matter, approvals, plan, today) if needs_approval(finding) else matter
    reasons = []
    for each in naming:
        reason = _refusal(each, matter, policy, authority, plan, today)
        if reason is None:
            stated = {
                "approver": each.approver,
                "author": each.author,
                "reason": each.reason,
                "expires": each.term.last_day.isoformat(),
                "plan": each.plan,
            }
            return matter.cleared(each.summary, approval=stated)
        reasons.append(reason)
    return matter.noted(f"The approval does not hold: {'; '.join(dict.fromkeys(reasons))}.")


def _refusal(
    approval: Approval, matter: Matter, policy: Policy, authority: Authority, plan: str, today: date
) -> str | None:
    if not needs_approval(matter.finding):
        return "this finding blocks, an approval does not clear it"
    if approval.plan != plan:
        return f"{approval.approver} approved another plan ({approval.plan[:19]}), this one is {plan[:19]}"
    if not approval.term.holds(today):
        return f"it {approval.term.ended(today)}"
    return authority.refusal(approval.approver, approval.author, policy)


def _moved_on(matter: Matter, approvals: Sequence[Approval], plan: str, today: date) -> Matter:
    """A finding that no approval names, where the approvals of another plan may have been meant for it."""
    for each in approvals:
        if each.plan != plan and each.term.holds(today):
            return matter.noted(
                f"An approval of {each.approver} is for another plan ({each.plan[:19]}) and other findings: "
                f"this one is {plan[:19]}."
            )
    return matter
