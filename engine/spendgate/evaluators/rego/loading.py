"""From files to policies: which package keeps which contract, and what is an error rather than a policy that says nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from spendgate.documents import read_yaml
from spendgate.errors import InputError, PolicyError
from spendgate.evaluators.rego.contract import Contract, Module, RegoBody, gives_results, roles
from spendgate.evaluators.rego.gatekeeper import load_gatekeeper
from spendgate.evaluators.rego.metadata import Metadata, read_metadata
from spendgate.evaluators.rego.modules import (
    LIBRARY,
    TEST_SUFFIX,
    bundled_libraries,
    files_of,
    read_module,
    reads,
    with_libraries,
)
from spendgate.model.finding import Enforcement, Severity
from spendgate.model.frozen import replace
from spendgate.model.policy import EnforcementRule, Policy

_YAML = (".yaml", ".yml")
_RESULTS = "deny, warn, unknown, or a name that starts with deny_, violation or warn_"


def load_rego(paths: Iterable[Path | str], *, data: Iterable[Path | str] = ()) -> list[Policy]:
    """The policies in Rego files, folders, and Gatekeeper's YAML, in order of their ids.

    `data` names JSON and YAML files that Conftest policies read as `data`. Files that end in `_test.rego` are left to the
    tests. Raises PolicyError with file and line: for a package that gives no results and that nobody reads, a package of
    ours without metadata, an id that is there twice, a Constraint without its template.
    """
    files = [(path, str(path)) for path in files_of(paths, ".rego", *_YAML)]
    return read_rego(files, data=data)


def read_rego(
    files: Sequence[tuple[Path, str]], built_in: bool = False, *, data: Iterable[Path | str] = ()
) -> list[Policy]:
    """The policies in files, each given with the name that reports call it by. A reader for the catalog; see `load_rego`.

    NOTE: all files at once, since a package may spread over several and libraries stand beside.
    """
    modules = [
        read_module(path, origin)
        for path, origin in files
        if path.suffix == ".rego" and not path.name.endswith(TEST_SUFFIX)
    ]
    policies = policies_of(modules, data=_data(data))
    policies += load_gatekeeper([(path, origin) for path, origin in files if path.suffix in _YAML])
    policies.sort(key=lambda policy: policy.id)
    for first, second in pairwise(policies):
        if first.id == second.id:
            raise PolicyError(f"the id {second.id} is there twice, also in {first.origin}", file=second.origin)
    return [replace(policy, built_in=True) for policy in policies] if built_in else policies


def policies_of(modules: Sequence[Module], *, data: dict[str, Any] | None = None) -> list[Policy]:
    """The policies among modules; the others are libraries of those that read them. Raises PolicyError."""
    packages: dict[tuple[str, ...], list[Module]] = {}
    for module in modules:
        packages.setdefault(module.scan.package, []).append(module)
    metadata = {package: _metadata(held) for package, held in packages.items()}
    contracts = {package: _contract(package, held, metadata[package]) for package, held in packages.items()}
    libraries = [module for module in modules if contracts[module.scan.package] is None]
    given = {(module.scan.package, module.text) for module in modules}
    libraries += [module for module in bundled_libraries() if (module.scan.package, module.text) not in given]
    # NOTE: packages of one contract may read each other (`data.main.x`), so each is a library of the others too.
    policies = []
    for package, contract in contracts.items():
        if contract is None:
            _refuse_stranded(packages[package][0], modules)
            continue
        peers = [module for module in modules if contracts[module.scan.package] is contract]
        chosen = with_libraries(packages[package], [*peers, *libraries])
        policies.append(_policy(contract, packages[package], chosen, metadata[package], data or {}))
    return policies


def _metadata(modules: Sequence[Module]) -> Metadata | None:
    found = [(module, read) for module in modules if (read := read_metadata(module)) is not None]
    if len(found) > 1:
        raise PolicyError(
            f"package {modules[0].scan.path} has its metadata twice, also in {found[0][0].origin}",
            file=found[1][0].origin,
        )
    return found[0][1] if found else None


def _contract(package: tuple[str, ...], modules: Sequence[Module], metadata: Metadata | None) -> Contract | None:
    """The contract that a package keeps, None for a library."""
    rules = {name: line for module in modules for name, line in module.scan.rules.items()}
    first = modules[0]
    results = gives_results(rules)
    if metadata is not None or package == ("main",) or package[0] == "infracost":
        if not results:
            raise PolicyError(
                f"package {first.scan.path} has no rule that gives results",
                file=first.origin,
                line=first.scan.package_line,
                hint=f"name it {_RESULTS}",
            )
        return Contract.OWN if metadata else Contract.INFRACOST if package[0] == "infracost" else Contract.CONFTEST
    if not results or package[:2] == LIBRARY:
        return None
    if package[0] == "spendgate":
        raise PolicyError(
            f"package {first.scan.path} has no METADATA",
            file=first.origin,
            line=first.scan.package_line,
            hint="put a METADATA block with title and custom.id, severity and enforcement directly above `package`",
        )
    return Contract.CONFTEST


def _refuse_stranded(module: Module, modules: Sequence[Module]) -> None:
    """A package without results that nobody reads is most likely a policy whose rule is misnamed: never a silent pass."""
    if module.scan.package[:2] == LIBRARY:
        return
    if not any(reads(other, module) for other in modules if other.scan.package != module.scan.package):
        raise PolicyError(
            f"package {module.scan.path} gives no results and nothing reads it",
            file=module.origin,
            line=module.scan.package_line,
            hint=f"name a rule {_RESULTS}, or remove the file",
        )


def _policy(
    contract: Contract,
    modules: Sequence[Module],
    chosen: tuple[Module, ...],
    metadata: Metadata | None,
    data: dict[str, Any],
) -> Policy:
    rules = {name: line for module in modules for name, line in module.scan.rules.items()}
    package = modules[0].scan.package
    body = RegoBody(
        contract=contract,
        package=package,
        rules=roles(rules, contract),
        modules=chosen,
        kinds=metadata.kinds if metadata else (),
        actions=metadata.actions if metadata else (),
        data=data if contract is Contract.CONFTEST else {},
    )
    digest = hashlib.sha256("\0".join(module.text for module in chosen).encode("utf-8", "surrogatepass")).hexdigest()
    if metadata is None:
        return Policy(
            id=f"{contract}.{'.'.join(package)}",
            title=f"Rego package {modules[0].scan.path} ({contract} rules)",
            pack=contract.value,
            severity=Severity.MEDIUM,
            enforcement=EnforcementRule(Enforcement.BLOCK),
            on_unknown=Enforcement.WARN,
            language="rego",
            body=body,
            scope="change",
            origin=modules[0].origin,
            digest=digest,
        )
    declared = metadata.parameters or {}
    return Policy(
        id=metadata.id,
        title=metadata.title,
        pack=metadata.pack,
        severity=metadata.severity,
        enforcement=metadata.enforcement,
        on_unknown=metadata.on_unknown,
        language="rego",
        body=body,
        scope=metadata.scope,
        group_by=metadata.group_by,
        inputs=frozenset(metadata.inputs),
        parameters={name: parameter.default for name, parameter in declared.items()},
        declared=declared,
        description=metadata.description,
        owner=metadata.owner,
        references=metadata.references,
        approvers=metadata.approvers,
        remediation=metadata.remediation,
        origin=modules[0].origin,
        digest=digest,
    )


def _data(paths: Iterable[Path | str]) -> dict[str, Any]:
    """Data files merged at their roots. Raises PolicyError when two give the same key."""
    merged: dict[str, Any] = {}
    for path in files_of(paths, ".json", ".yaml", ".yml"):
        try:
            document = read_yaml(path).data
        except InputError as error:
            raise PolicyError(error.message, file=error.file, line=error.line, hint=error.hint) from None
        if not isinstance(document, dict):
            raise PolicyError("is no map, and data for policies must be one", file=str(path))
        if twice := sorted(merged.keys() & document.keys()):
            raise PolicyError(f"gives the data {twice[0]!r} again", file=str(path))
        merged |= document
    return merged
