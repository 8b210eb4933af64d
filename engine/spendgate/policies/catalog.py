"""Which policies a run has: built-in packs and people's own files, with the configuration and the options laid over.

Order of authority: the file's own text, then the configuration, then `--param`. Every id exists once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from spendgate.bundle import bundled
from spendgate.documents import decode_text, read_bytes
from spendgate.errors import PolicyError, SettingsError
from spendgate.model.finding import Enforcement
from spendgate.model.frozen import Frozen, replace
from spendgate.model.policy import EnforcementRule, Policy
from spendgate.policies.currency import Money, as_stated
from spendgate.policies.literals import Amount
from spendgate.policies.mistakes import Mistake, near
from spendgate.policies.parameters import from_text, merged
from spendgate.policies.reading import LANGUAGE, SUFFIXES, Written, compiled, read_policy_file

STARTER = ("BUD-001", "BUD-005", "GPU-001", "SCHED-001", "SCHED-004", "SIZE-001", "STO-001", "TAG-001")
"""The policies to begin with; a pack that is a list, where any other is what policies say in `pack`."""

PROFILES: Mapping[str, tuple[str, ...]] = {
    "standard": ("starter", "tagging", "gpu", "cluster-size", "schedule", "budget", "storage", "kubernetes"),
    "full": ("all",),
    "finance": ("tagging", "budget", "commitments", "multi-cloud", "sustainability"),
    "research-lab": ("gpu", "schedule", "experiment", "utilisation", "SIZE-002", "SIZE-004"),
}
"""Packs by role: each stands for other packs, and for single policies by their ids."""

Reader: TypeAlias = Callable[[Sequence[tuple[Path, str]], bool], Iterable[Policy]]
"""Reads all files of a language at once: `(path, origin)` of each, and whether they are built in."""

_BUILT_IN_NAME = re.compile(r"([A-Z0-9]{2,8}-[0-9]{3})-[a-z0-9-]+\.(?:yaml|yml|rego)")
_TEST_FILES = (".tests.yaml", ".tests.yml")
_GATEKEEPER = re.compile(r"^apiVersion:\s*[\"']?[a-z.]*\bgatekeeper\.sh/", re.MULTILINE)
_OPTION = re.compile(r"([A-Za-z0-9]+-[0-9]+)\.([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)


class Override(Frozen):
    """What a project's configuration says about one policy. `place` is where it says so, for errors."""

    enforcement: EnforcementRule | None = None
    on_unknown: Enforcement | None = None
    parameters: Mapping[str, Any] = {}
    enabled: bool = True
    file: str | None = None
    line: int | None = None
    approvers: Sequence[str] | None = None


class BuiltIn(Frozen):
    """A built-in policy's file, as its path tells: id and pack are in it."""

    id: str
    pack: str
    path: Path

    @property
    def origin(self) -> str:
        """The file as reports name it."""
        return f"built-in/{self.pack}/{self.path.name}"


def built_ins() -> list[BuiltIn]:
    """Every built-in policy, in the order of their ids."""
    paths = [path for name in ("policies", "rego") if (folder := bundled(name)).is_dir() for path in folder.glob("*/*")]
    found = [
        BuiltIn(match[1], path.parent.name, path) for path in paths if (match := _BUILT_IN_NAME.fullmatch(path.name))
    ]
    return sorted(found, key=lambda each: each.id)


def pack_names() -> tuple[str, ...]:
    """The packs that can be asked for."""
    return ("starter", *PROFILES, "all", *sorted({each.pack for each in built_ins()}))


def load(
    paths: Sequence[Path | str] = (),
    packs: Sequence[str] | None = None,
    *,
    overrides: Mapping[str, Override] | None = None,
    params: Sequence[str] = (),
    on_unknown: Enforcement | None = None,
    readers: Mapping[str, Reader] | None = None,
    money: Money = as_stated,
) -> list[Policy]:
    """The policies of a run, in the order of their ids.

    `paths` are own files and folders; `packs` of `None` means the starter pack, or none beside own policies. `params` are
    `ID.name=value`. `on_unknown` tightens every policy. `readers` read other languages than YAML, by suffix (`.rego`). `money`
    gives amounts in the currency of the run. Raises PolicyError for a wrong file or an amount that has no rate, SettingsError
    for an override or option that fits nothing.
    """
    chosen = packs if packs is not None else (() if paths else ("starter",))
    readers = readers or {}
    written = [*_built_in_policies(chosen, readers), *_own_policies(paths, readers)]
    _refuse_duplicates([_policy(each) for each in written])
    laid_over = _with_params(written, overrides or {}, params)
    policies = [policy for each in written if (policy := _ready(each, laid_over, money)) is not None]
    if on_unknown is not None:
        policies = [tighten_unknown(policy, on_unknown) for policy in policies]
    return sorted(policies, key=lambda policy: policy.id)


def tighten_unknown(policy: Policy, level: Enforcement) -> Policy:
    """The policy with an unknown costing at least as much as `level`; never less than its author says."""
    return replace(policy, on_unknown=max(policy.on_unknown, level))


Loaded: TypeAlias = Written | Policy


def _policy(each: Loaded) -> Policy:
    return each.policy if isinstance(each, Written) else each


def _built_in_policies(packs: Sequence[str], readers: Mapping[str, Reader]) -> list[Loaded]:
    everything = built_ins()
    wanted: dict[str, BuiltIn] = {}
    for pack in [part for named in packs for part in PROFILES.get(named, (named,))]:
        fitting = [each for each in everything if pack in ("all", each.pack, each.id)]
        if pack == "starter":
            fitting = [each for each in everything if each.id in STARTER]
        if not fitting:
            raise SettingsError(f"no pack is named {pack!r}", hint=near(pack, pack_names(), whole="packs"))
        wanted.update((each.id, each) for each in fitting)
    found: list[Loaded] = []
    others: dict[str, list[tuple[Path, str]]] = {}
    for each in wanted.values():
        if each.path.suffix in SUFFIXES:
            found.append(read_policy_file(each.path, each.origin, built_in=True))
        elif each.path.suffix not in readers:
            raise PolicyError(f"{each.id} is written in a language that this program cannot read", file=each.origin)
        else:
            others.setdefault(each.path.suffix, []).append((each.path, each.origin))
    for suffix, files in others.items():
        found.extend(readers[suffix](files, True))
    return found


def _own_policies(paths: Sequence[Path | str], readers: Mapping[str, Reader]) -> list[Loaded]:
    found: list[Loaded] = []
    others: dict[str, list[tuple[Path, str]]] = {}
    seen: set[Path] = set()
    for stated in paths:
        count = 0
        for path in policy_files(Path(stated), readers):
            count += 1
            resolved = path.resolve()
            if resolved in seen:
                continue
            seen.add(resolved)
            language = _language(path, readers)
            if language is None:
                found.append(read_policy_file(path, str(path)))
            else:
                others.setdefault(language, []).append((path, str(path)))
        if not count:
            raise PolicyError("holds no policy", hint=f"policies end in {_listed(readers)}", file=str(stated))
    for suffix, files in others.items():
        found.extend(readers[suffix](files, False))
    return found


def _language(path: Path, readers: Mapping[str, Reader]) -> str | None:
    """The suffix of the reader that a file is for, None for our own YAML. Gatekeeper's YAML has Rego inside."""
    if path.suffix not in SUFFIXES:
        return path.suffix
    if ".rego" not in readers:
        return None
    return ".rego" if _GATEKEEPER.search(decode_text(read_bytes(path), str(path))) else None


def policy_files(path: Path, readers: Mapping[str, Reader]) -> Iterator[Path]:
    """The policy files at a path, folders recursively in order; hidden folders and test files are passed over."""
    if path.is_file():
        if path.suffix not in SUFFIXES and path.suffix not in readers:
            hint = f"policies end in {_listed(readers)}"
            raise PolicyError(f"is no policy: {path.suffix or 'no'} suffix", hint=hint, file=str(path))
        yield path
        return
    if not path.is_dir():
        raise PolicyError("no such file or folder", hint="-p takes policy files and folders of them", file=str(path))
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            suffix = Path(name).suffix
            if name.startswith(".") or name.endswith(_TEST_FILES):
                continue
            if suffix in SUFFIXES or suffix in readers:
                yield Path(folder) / name


def _listed(readers: Mapping[str, Reader]) -> str:
    return ", ".join((*SUFFIXES, *readers))


def _refuse_duplicates(policies: Sequence[Policy]) -> None:
    by_id: dict[str, Policy] = {}
    for policy in policies:
        other = by_id.setdefault(policy.id, policy)
        if other is policy:
            continue
        hint = "give one of them another id"
        if other.built_in or policy.built_in:
            hint = "give yours another id, or change the built-in one under `policies:` in spendgate.yaml"
        raise PolicyError(
            f"{policy.id} exists twice: {other.origin} and {policy.origin}", hint=hint, file=policy.origin
        )


def _with_params(
    written: Sequence[Loaded], overrides: Mapping[str, Override], params: Sequence[str]
) -> dict[str, Override]:
    """The overrides with the options laid over, checked to fit something."""
    policies = {_policy(each).id: _policy(each) for each in written}
    known = {*policies, *(each.id for each in built_ins())}
    for policy_id, override in overrides.items():
        if policy_id not in known:
            raise SettingsError(
                f"no policy has the id {policy_id!r}",
                hint=near(policy_id, known),
                file=override.file,
                line=override.line,
            )
    laid_over = dict(overrides)
    for option in params:
        found = _OPTION.fullmatch(option)
        if not found:
            raise SettingsError(
                f"--param {option!r} cannot be read", hint="write --param GPU-001.allowed='{dev: [T4]}'"
            )
        policy_id, name, text = found.groups()
        if policy_id not in policies:
            hint = near(policy_id, policies, whole="loaded") if policies else "no policy is loaded"
            raise SettingsError(f"--param names {policy_id}, which this run does not load", hint=hint)
        policy = policies[policy_id]
        override = laid_over.get(policy_id, Override())
        _declared(policy, name, SettingsError(f"--param {option!r}"))
        try:
            before = override.parameters.get(name)
            parameter = policy.declared[name]
            if before is not None:
                parameter = replace(parameter, default=merged(parameter, before))
            value = from_text(parameter, text)
        except Mistake as mistake:
            raise SettingsError(f"--param {policy_id}.{name}: {mistake.message}", hint=mistake.hint) from None
        laid_over[policy_id] = replace(override, parameters={**override.parameters, name: value})
    return laid_over


def _declared(policy: Policy, name: str, at: SettingsError) -> None:
    if name not in policy.declared:
        hint = near(name, policy.declared, whole="parameters") if policy.declared else f"{policy.id} has none"
        raise SettingsError(f"{policy.id} has no parameter {name!r}", hint=hint, file=at.file, line=at.line)


def _ready(each: Loaded, overrides: Mapping[str, Override], money: Money) -> Policy | None:
    """The policy with its override, its body compiled; None when it is turned off."""
    policy = _policy(each)
    override = overrides.get(policy.id, Override())
    if not override.enabled:
        return None
    place = SettingsError("", file=override.file, line=override.line)
    parameters = {name: value for name, value in policy.parameters.items() if name not in override.parameters}
    parameters = {name: _in_run(each, name, value, money) for name, value in parameters.items()}
    for name, value in override.parameters.items():
        _declared(policy, name, place)
        try:
            value = merged(policy.declared[name], value)
            parameters[name] = money(value) if isinstance(value, Amount) else value
        except Mistake as mistake:
            raise SettingsError(
                f"{policy.id}.{name}: {mistake.message}", hint=mistake.hint, file=override.file, line=override.line
            ) from None
    on_unknown = policy.on_unknown
    if override.on_unknown is not None:
        if override.on_unknown < policy.on_unknown:
            raise SettingsError(
                f"{policy.id}: on_unknown can only become stricter than {policy.on_unknown.label}",
                hint="what is not known must not be let through by configuration",
                file=override.file,
                line=override.line,
            )
        on_unknown = override.on_unknown
    approvers = policy.approvers if override.approvers is None else tuple(override.approvers)
    policy = replace(policy, on_unknown=on_unknown, parameters=parameters, approvers=approvers)
    if isinstance(each, Written):
        policy = compiled(replace(each, policy=policy, source=replace(each.source, money=money)))
    return policy if override.enforcement is None else _enforced(policy, override.enforcement)


def _in_run(each: Loaded, name: str, value: Any, money: Money) -> Any:
    """What a policy's own file says a parameter is, an amount in the currency of the run. Raises PolicyError."""
    if not isinstance(value, Amount):
        return value
    try:
        return money(value)
    except Mistake as mistake:
        policy = _policy(each)
        route = ("parameters", name, "default")
        line = each.source.document.line_of(route) if isinstance(each, Written) else None
        message = f"{policy.id}.{name}: {mistake.message}"
        raise PolicyError(message, hint=mistake.hint, file=policy.origin, line=line) from None


def _enforced(policy: Policy, rule: EnforcementRule) -> Policy:
    """The policy as strict as the configuration says, in all of its cases."""
    body = policy.body
    if policy.language == LANGUAGE:
        body = replace(body, rungs=tuple(replace(rung, enforcement=None) for rung in body.rungs))
    return replace(policy, enforcement=rule, body=body)
