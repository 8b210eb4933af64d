"""Gatekeeper: ConstraintTemplates and Constraints as they are, judged over the Kubernetes objects of a run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from spendgate.documents import Document, decode_text, read_bytes
from spendgate.documents.handwritten import Route, read_all_yaml
from spendgate.errors import InputError, PolicyError
from spendgate.evaluators.rego.contract import Contract, Module, RegoBody, roles
from spendgate.evaluators.rego.modules import module_of
from spendgate.model.finding import Enforcement, Severity
from spendgate.model.frozen import Frozen
from spendgate.model.policy import EnforcementRule, Policy

_TEMPLATES = "templates.gatekeeper.sh/"
_CONSTRAINTS = "constraints.gatekeeper.sh/"
_ACTIONS = {"deny": Enforcement.BLOCK, "warn": Enforcement.WARN, "dryrun": Enforcement.ADVISE}


class _Template(Frozen):
    kind: str
    title: str
    modules: tuple[Module, ...]


def is_gatekeeper(text: str) -> bool:
    """Whether a YAML text may hold a ConstraintTemplate or a Constraint."""
    return _TEMPLATES in text or _CONSTRAINTS in text


def load_gatekeeper(files: Sequence[tuple[Path, str]]) -> list[Policy]:
    """A policy for each Constraint in YAML files, given with their origins; files that speak of something else are passed over. Raises PolicyError."""
    templates: dict[str, _Template] = {}
    constraints: list[Document] = []
    for path, origin in files:
        for document in _documents(path, origin):
            version = str(document.data.get("apiVersion")) if isinstance(document.data, Mapping) else ""
            if version.startswith(_TEMPLATES) and document.data.get("kind") == "ConstraintTemplate":
                template = _template(document)
                templates[template.kind] = template
            elif version.startswith(_CONSTRAINTS):
                constraints.append(document)
    return [_policy(constraint, templates) for constraint in constraints]


def _documents(path: Path, origin: str) -> Iterable[Document]:
    try:
        text = decode_text(read_bytes(path), origin)
        return list(read_all_yaml(text, origin)) if is_gatekeeper(text) else []
    except InputError as error:
        raise PolicyError(error.message, file=error.file, line=error.line, hint=error.hint) from None


def _template(document: Document) -> _Template:
    kind = _at(document, ("spec", "crd", "spec", "names", "kind"))
    targets = _at(document, ("spec", "targets"))
    if not isinstance(kind, str) or not isinstance(targets, list) or not targets:
        raise PolicyError(
            "is a ConstraintTemplate without a kind or a target", file=document.origin, line=_line(document)
        )
    annotations = _at(document, ("metadata", "annotations")) or {}
    title = annotations.get("metadata.gatekeeper.sh/title") or kind if isinstance(annotations, Mapping) else kind
    main, *others = [module_of(text, document.origin, document.line_of(where) or 0) for where, text in _texts(document)]
    if "violation" not in main.scan.rules:
        raise PolicyError(
            f"has no rule `violation` in package {main.scan.path}",
            file=document.origin,
            line=main.line_offset + main.scan.package_line,
        )
    return _Template(kind, str(title), (main, *others))


def _texts(document: Document) -> list[tuple[Route, str]]:
    """The Rego of a template, the one with its rules first, each with the way to it."""
    route: Route = ("spec", "targets", 0)
    target = _at(document, route)
    places: list[Route] = [route] if isinstance(target, Mapping) and isinstance(target.get("rego"), str) else []
    places += [
        (*route, "code", number, "source")
        for number, code in enumerate(_at(document, (*route, "code")) or ())
        if isinstance(code, Mapping) and code.get("engine") == "Rego"
    ]
    for place in places:
        text = _at(document, (*place, "rego"))
        if isinstance(text, str):
            libraries = _at(document, (*place, "libs")) or []
            return [((*place, "rego"), text)] + [
                ((*place, "libs", number), str(library)) for number, library in enumerate(libraries)
            ]
    raise PolicyError(
        "is a ConstraintTemplate without Rego",
        file=document.origin,
        line=document.line_of(route),
        hint="templates in CEL are not read",
    )


def _policy(document: Document, templates: Mapping[str, _Template]) -> Policy:
    data = document.data
    kind, name = str(data.get("kind")), str(_at(document, ("metadata", "name")))
    template = templates.get(kind)
    if template is None:
        raise PolicyError(
            f"is a Constraint of kind {kind}, and there is no ConstraintTemplate of that kind",
            file=document.origin,
            line=document.line_of(("kind",)),
            hint="give the template's file too",
        )
    action = _at(document, ("spec", "enforcementAction")) or "deny"
    if action not in _ACTIONS:
        raise PolicyError(
            f"has the enforcementAction {action!r}",
            file=document.origin,
            line=document.line_of(("spec", "enforcementAction")),
            hint=f"one of {', '.join(_ACTIONS)}",
        )
    texts = "\0".join((*(module.text for module in template.modules), str(data)))
    return Policy(
        id=f"gatekeeper.{kind}.{name}",
        title=template.title,
        pack="gatekeeper",
        severity=Severity.MEDIUM,
        enforcement=EnforcementRule(_ACTIONS[action]),
        on_unknown=Enforcement.WARN,
        language="rego",
        body=RegoBody(
            contract=Contract.GATEKEEPER,
            package=template.modules[0].scan.package,
            rules={
                name: role
                for name, role in roles(template.modules[0].scan.rules, Contract.GATEKEEPER).items()
                if name == "violation"
            },
            modules=template.modules,
            constraint=data,
        ),
        origin=document.origin,
        digest=hashlib.sha256(texts.encode("utf-8", "surrogatepass")).hexdigest(),
    )


def _at(document: Document, route: Route) -> Any:
    value = document.data
    for key in route:
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def _line(document: Document) -> int | None:
    return document.line_of(())
