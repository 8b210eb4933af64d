"""What policies of IAM let somebody call on Bedrock: `around.model_grants`, any model, or only what a tagged profile stands before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from spendgate.facets.embedded import embedded
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown
from spendgate.ports import FacetContext

_ROLE = "aws_iam_role"
TYPES = ("aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy", _ROLE)
_CALLS = ("bedrock:invokemodel", "bedrock:invokemodelwithresponsestream")
_MODEL = "arn:aws:bedrock:us-east-1::foundation-model/any"
_OWN_PROFILE = ":application-inference-profile/"
_THROUGH = "bedrock:inferenceprofilearn"
"""The condition that lets a model be called through a profile alone, which a profile's own grant needs beside it."""


def facts(resource: Resource, facets: Facets, context: FacetContext) -> Mapping[str, Any]:
    """`model_grants`: `any` when it lets models be called that no application profile stands before, else `profiles`.

    Nothing where it lets no model be called; unknown while its text is known only after apply.
    """
    found: set[str] = set()
    for text in _documents(resource):
        if isinstance(text, Unknown):
            return {"model_grants": text}
        document = embedded(text)
        for statement in _listed(document.get("Statement")) if isinstance(document, Mapping) else ():
            if isinstance(statement, Mapping) and (grant := _granted(statement)) is not None:
                found.add(grant)
    return {"model_grants": min(found)} if found else {}


def _documents(resource: Resource) -> Iterator[str | Unknown]:
    if resource.type != _ROLE:
        text = resource.attributes.text("policy")
        if text is not None:
            yield text
        return
    # NOTE: a role without inline policies computes none, which is not a policy that nobody knows yet.
    blocks = resource.attributes.blocks("inline_policy")
    for block in blocks if isinstance(blocks, tuple) else ():
        text = block.text("policy")
        if text is not None:
            yield text


def _granted(statement: Mapping[str, Any]) -> str | None:
    if statement.get("Effect", "Allow") != "Allow" or not any(
        _calls(str(each)) for each in _listed(statement.get("Action"))
    ):
        return None
    through = any(str(key).lower() == _THROUGH for test in _maps(statement.get("Condition")) for key in test)
    named = [str(each) for each in _listed(statement.get("Resource"))] or ["*"]
    return "profiles" if through or all(_OWN_PROFILE in each for each in named) else _any_model(named)


def _any_model(named: list[str]) -> str | None:
    told = any(
        "foundation-model" in each or ":inference-profile/" in each or fnmatchcase(_MODEL, each) for each in named
    )
    if told:
        return "any"
    return "profiles" if any(_OWN_PROFILE in each for each in named) else None


def _calls(action: str) -> bool:
    low = action.lower()
    return low.startswith("bedrock:") and any(fnmatchcase(call, low) for call in _CALLS)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _maps(value: Any) -> Iterator[Mapping[str, Any]]:
    for each in value.values() if isinstance(value, Mapping) else ():
        if isinstance(each, Mapping):
            yield each
