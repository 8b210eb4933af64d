"""What a run was judged with, as digests: for approvals, for decision records, and for whoever asks later."""

from __future__ import annotations

from collections.abc import Sequence

from spendgate.governance.digests import digest_bytes, digest_of, digest_of_all, digests_of
from spendgate.model.policy import Policy
from spendgate.pipeline.governing import input_roots
from spendgate.settings import Settings
from spendgate.wire import v1

_FILES = ("file", "waivers", "baseline", "usage_file", "rates")
_NAMES = {"file": "settings", "usage_file": "usage"}


def evidence(inputs: Sequence[str], settings: Settings, policies: Sequence[Policy], prices: str) -> v1.Evidence | None:
    """The digests of a run; None when an input came through a pipe, of which nothing is left to compare with."""
    if "-" in inputs:
        return None
    digests = digests_of({root: path for path, root in input_roots(inputs, settings).items()})
    files = {_NAMES.get(key, key): str(path) for key in _FILES if (path := getattr(settings, key, None))}
    files.update((f"approvals {number}", path) for number, path in enumerate(settings.approvals, 1))
    return v1.Evidence(
        plan=digest_of_all(digests),
        inputs=digests,
        policies={policy.id: _digest(policy) for policy in policies},
        prices=prices,
        files={name: _of_file(path) for name, path in files.items()},
    )


def _of_file(path: str) -> str:
    return digest_bytes(path.encode()) if path.lstrip().startswith(("{", "approvals:")) else digest_of(path)


def _digest(policy: Policy) -> str:
    """A policy's text together with what the configuration made of it."""
    rule = policy.enforcement
    by_env = sorted((env, level.label) for env, level in rule.by_env.items())
    said = (
        policy.digest,
        sorted((name, str(value)) for name, value in policy.parameters.items()),
        (rule.default.label, by_env, str(rule.until), rule.then.label if rule.then is not None else ""),
        policy.on_unknown.label,
        sorted(policy.approvers),
    )
    return digest_bytes(repr(said).encode("utf-8", "backslashreplace"))
