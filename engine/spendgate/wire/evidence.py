"""The part of the public report that says what it was made of, so that it can be proven later."""

from __future__ import annotations

import msgspec


class Evidence(msgspec.Struct, frozen=True):
    """What was judged with what, as digests (`sha256:` and 64 hexadecimal digits).

    `plan` stands for all inputs together, `inputs` has each by its root; `policies` covers text, parameters and enforcement;
    `files` has settings, waivers, approvals, baseline, usage and rates, as far as there were any.
    """

    plan: str
    inputs: dict[str, str] = {}
    policies: dict[str, str] = {}
    prices: str = ""
    files: dict[str, str] = {}
