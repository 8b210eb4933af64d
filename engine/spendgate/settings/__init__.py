"""Settings of a run: option before environment before `spendgate.yaml` before default, each value with its origin.

`spendgate.yaml` is searched from the working folder upward to the repository's root. Unknown keys are errors with the nearest
known key. Paths in the file are relative to it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spendgate.documents import Document, read_yaml
from spendgate.errors import SettingsError
from spendgate.model.environments import ENVIRONMENTS, canonical_env
from spendgate.model.finding import Enforcement
from spendgate.model.frozen import Frozen
from spendgate.policies.catalog import Override
from spendgate.settings.schedules import schedules
from spendgate.settings.unsaid import NothingSaid, find_file

if TYPE_CHECKING:
    from spendgate.settings.file import SettingsFile

DEFAULT_PACKS = ("starter",)


class Origin(Frozen):
    """Where a value came from: `option --scope`, `environment SPENDGATE_SCOPE`, `file:line`, `default`."""

    value: Any
    said_by: str


class Settings(Frozen):
    """The settings of one run, after precedence. `origins` explains each for `--show-config`.

    NOTE: the token for OPA comes from the environment alone (`SPENDGATE_OPA_TOKEN`) and is in no origin: a secret stands in no
    file and no command line.
    """

    packs: tuple[str, ...] = DEFAULT_PACKS
    policy_paths: tuple[str, ...] = ()
    overrides: Mapping[str, Override] = {}
    parameters: tuple[str, ...] = ()
    aliases: Mapping[str, str] = {}
    accounts: Mapping[str, str] = {}
    regions: Mapping[str, str] = {}
    schedules: Mapping[str, Decimal] = {}
    usage_file: str | None = None
    rates: str | None = None
    currency: str | None = None
    nodes: str | None = None
    cluster: str | None = None
    metrics: tuple[str, ...] = ()
    """Files and addresses of measured use; of what several measure the first counts."""
    budgets: str | None = None
    scope: str = "changes"
    fail_on: Enforcement = Enforcement.REQUIRE_APPROVAL
    on_unknown: Enforcement | None = None
    soft_fail: bool = False
    allow_empty: bool = False
    env: str | None = None
    workspace: str | None = None
    rego_engine: str = "auto"
    opa_url: str | None = None
    opa_token: str | None = None
    opa_ca_file: str | None = None
    opa_cert_file: str | None = None
    opa_key_file: str | None = None
    opa_timeout_seconds: float | None = None
    data: tuple[str, ...] = ()
    combine: bool = False
    variables: tuple[tuple[str, str], ...] = ()
    """`("var", "name=value")` and `("var-file", path)` for Terraform source, in the order of the command line."""
    roots: tuple[str, ...] = ()
    edited: Mapping[str, str] = {}
    """Texts by real path in the place of files of Terraform source: what `spendgate fix` would write."""
    base: str | None = None
    source: str | None = None
    config_ref: str | None = None
    waivers: str | None = None
    approvals: tuple[str, ...] = ()
    baseline: str | None = None
    root_name: str | None = None
    author: str | None = None
    teams: Mapping[str, Sequence[str]] = {}
    approvers: tuple[str, ...] = ()
    file: str | None = None
    origins: Mapping[str, Origin] = {}


_PLAIN_KEYS: Mapping[str, Any] = {
    "usage_file": None,
    "rates": None,
    "currency": None,
    "nodes": None,
    "budgets": None,
    "scope": "changes",
    "fail_on": "require-approval",
    "on_unknown": None,
    "env": None,
    "workspace": None,
    "rego_engine": "auto",
    "opa_url": None,
    "opa_ca_file": None,
    "opa_cert_file": None,
    "opa_key_file": None,
    "opa_timeout_seconds": None,
    "waivers": None,
    "baseline": None,
    "root_name": None,
}
"""Settings of one word, with their defaults: each may come from an option, the environment or the file."""
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "scope": ("changes", "all"),
    "fail_on": ("warn", "require-approval", "block"),
    "on_unknown": ("advise", "warn", "require-approval", "block"),
    "rego_engine": ("auto", "server", "binary", "embedded"),
}
_CLOUDS = ("aws", "google", "azure", "onprem")
_LIST_KEYS = ("packs", "policy_paths", "approvals", "metrics")
_BETWEEN = {"metrics": ";"}  # NOTE: in the environment, for addresses hold commas.
_PATHS = (
    "usage_file",
    "opa_ca_file",
    "opa_cert_file",
    "opa_key_file",
    "rates",
    "nodes",
    "budgets",
    "waivers",
    "baseline",
)
_LISTS_OF_PATHS = ("policy_paths", "approvals", "metrics")
"""Keys whose values in the file are relative to it, unless they are addresses."""


def resolve(
    options: Mapping[str, Any], *, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Settings:
    """The settings of a run.

    `options` holds what was said on the command line, `None` or an empty tuple for what was not; `config` names a file.
    Raises SettingsError with file and line, InputError for a file that cannot be read.
    """
    variables = os.environ if environment is None else environment
    path = find_file(options.get("config") or variables.get("SPENDGATE_CONFIG"), folder or Path.cwd())
    document = read_yaml(path) if path else None
    said = _said(document)
    origins: dict[str, Origin] = {}
    plain = {key: _one(key, options, variables, said, document, origins) for key in _PLAIN_KEYS}
    lists = {key: _several(key, options, variables, said, document, origins) for key in _LIST_KEYS}
    for key in ("policies", "aliases", "environments", "regions", "schedules", "teams", "approvers"):
        if key in said.model_fields_set:
            origins[key] = Origin(_shown(getattr(said, key)), _place(document, key))
    return Settings(
        packs=lists["packs"],
        policy_paths=lists["policy_paths"],
        overrides=_overrides(said, document),
        parameters=tuple(options.get("parameters") or ()),
        aliases=_aliases(said.aliases),
        accounts=said.environments.accounts,
        regions=_regions(said.regions, options.get("cluster"), variables, origins),
        cluster=options.get("cluster"),
        schedules=schedules(said.schedules, document),
        usage_file=plain["usage_file"],
        rates=plain["rates"],
        currency=_currency(plain["currency"], origins["currency"].said_by),
        nodes=plain["nodes"],
        metrics=lists["metrics"],
        budgets=plain["budgets"],
        scope=plain["scope"],
        fail_on=Enforcement.parse(plain["fail_on"]),
        on_unknown=Enforcement.parse(plain["on_unknown"]) if plain["on_unknown"] else None,
        soft_fail=bool(options.get("soft_fail")),
        allow_empty=bool(options.get("allow_empty")),
        data=tuple(options.get("data") or ()),
        combine=bool(options.get("combine")),
        env=plain["env"],
        workspace=plain["workspace"],
        rego_engine=plain["rego_engine"],
        opa_url=plain["opa_url"],
        opa_token=variables.get("SPENDGATE_OPA_TOKEN") or None,
        opa_ca_file=plain["opa_ca_file"],
        opa_cert_file=plain["opa_cert_file"],
        opa_key_file=plain["opa_key_file"],
        opa_timeout_seconds=_seconds(plain["opa_timeout_seconds"], origins["opa_timeout_seconds"].said_by),
        variables=tuple(options.get("variables") or ()),
        roots=tuple(options.get("roots") or ()),
        base=options.get("base"),
        source=options.get("source"),
        config_ref=options.get("config_ref"),
        waivers=plain["waivers"],
        approvals=lists["approvals"],
        baseline=plain["baseline"],
        root_name=plain["root_name"],
        author=options.get("author") or variables.get("SPENDGATE_AUTHOR") or None,
        teams=said.teams,
        approvers=tuple(said.approvers),
        file=str(path) if path else None,
        origins=origins,
    )


def _currency(said: str | None, by: str) -> str | None:
    """The code of a currency. Raises SettingsError for what is none."""
    if said is None:
        return None
    code = str(said).upper()
    if len(code) != len("USD") or not code.isascii() or not code.isalpha():
        raise SettingsError(f"{by}: {said!r} is no code of a currency", hint="three letters of ISO 4217: USD, EUR, GBP")
    return code


def _regions(
    stated: Mapping[Any, str], cluster: str | None, variables: Mapping[str, str], origins: dict[str, Origin]
) -> Mapping[str, str]:
    """Regions of last resort by provider; `kubernetes` says where the cluster is (`aws/eu-central-1`)."""
    regions = {str(provider): region for provider, region in stated.items()}
    place, by = (
        (cluster, "option --cluster")
        if cluster
        else (variables.get("SPENDGATE_CLUSTER"), "environment SPENDGATE_CLUSTER")
    )
    if place:
        cloud, _, region = place.partition("/")
        if cloud not in _CLOUDS or not region:
            clouds = ", ".join(_CLOUDS)
            raise SettingsError(
                f"{by}: {place!r} is no CLOUD/REGION", hint=f"for example aws/eu-central-1; clouds: {clouds}"
            )
        regions["kubernetes"] = place
        origins["regions"] = Origin(regions, by)
    return regions


def _said(document: Document | None) -> SettingsFile | NothingSaid:
    """What the file says, checked; what checks it is loaded only when there is a file."""
    if document is None:
        return NothingSaid()
    from spendgate.settings.file import checked

    return checked(document)


def _overrides(said: SettingsFile | NothingSaid, document: Document | None) -> Mapping[str, Override]:
    if not said.policies:
        return {}
    from spendgate.settings.file import overrides

    return overrides(said.policies, document)


def _one(
    key: str,
    options: Mapping[str, Any],
    variables: Mapping[str, str],
    said: SettingsFile | NothingSaid,
    document: Document | None,
    origins: dict[str, Origin],
) -> Any:
    variable = f"SPENDGATE_{key.upper()}"
    in_file = getattr(said, key)
    if options.get(key) is not None:
        value, by = options[key], f"option --{key.replace('_', '-')}"
    elif variables.get(variable):
        value, by = variables[variable], f"environment {variable}"
    elif in_file is not None:
        value, by = in_file, _place(document, key)
        if key in _PATHS and document is not None:
            value = str(Path(document.origin).parent / value)
    else:
        value, by = _PLAIN_KEYS[key], "default"
    choices = _CHOICES.get(key)
    if choices and value is not None and value not in choices:
        raise SettingsError(f"{by}: {value!r} is not one of {', '.join(choices)}")
    if key == "env" and value is not None and canonical_env(value) is None:
        # A slip would count as an environment that no policy has an entry for.
        raise SettingsError(
            f"{by}: {value!r} is no environment",
            hint=f"it is one of {', '.join(ENVIRONMENTS)}; a word of your own is stated by the tag `environment`",
        )
    origins[key] = Origin(value, by)
    return value


def _seconds(value: Any, said_by: str) -> float | None:
    try:
        seconds = float(value) if value is not None else None
    except ValueError:
        seconds = 0.0
    if seconds is not None and not 0 < seconds < 86_400:
        raise SettingsError(f"{said_by}: {value!r} is no time in seconds")
    return seconds


def _several(
    key: str,
    options: Mapping[str, Any],
    variables: Mapping[str, str],
    said: SettingsFile | NothingSaid,
    document: Document | None,
    origins: dict[str, Origin],
) -> tuple[str, ...]:
    """A list: options replace what the environment says, that replaces the file's; own policies turn the default off."""
    variable = f"SPENDGATE_{key.upper()}"
    from_options: str | Sequence[str] = options.get(key) or ()
    if from_options:
        value, by = (from_options,) if isinstance(from_options, str) else tuple(from_options), "options"
    elif variables.get(variable):
        parts = (part.strip() for part in variables[variable].split(_BETWEEN.get(key, ",")))
        value, by = tuple(part for part in parts if part), f"environment {variable}"
    elif key in said.model_fields_set:
        in_file = getattr(said, key) or ()
        value, by = (in_file,) if isinstance(in_file, str) else tuple(in_file), _place(document, key)
        if key in _LISTS_OF_PATHS and document is not None:
            value = tuple(_beside(document, part, key) for part in value)
    elif key == "packs":
        own = options.get("policy_paths") or variables.get("SPENDGATE_POLICY_PATHS") or said.policy_paths
        value, by = ((), "own policies are given") if own else (DEFAULT_PACKS, "default")
    else:
        value, by = (), "default"
    origins[key] = Origin(list(value), by)
    return value


def _beside(document: Document, part: str, key: str) -> str:
    """A path that the file states, relative to it. NOTE: what was measured is often made for the run: a pinned ref has no such file."""
    beside = Path(document.origin).parent / part
    made_here = key == "metrics" and not beside.exists() and Path(part).exists()
    return part if "://" in part or made_here else str(beside)


def _place(document: Document | None, key: str) -> str:
    return f"{document.origin}:{document.line_of((key,))}" if document else "default"


def _shown(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(exclude_defaults=True, mode="json")
    if isinstance(value, Mapping):
        return {key: _shown(child) for key, child in value.items()}
    return value


def _aliases(stated: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    return {spelling: canonical for canonical, spellings in stated.items() for spelling in spellings}
