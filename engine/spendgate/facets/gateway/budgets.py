"""Money that a gateway may spend in a month: its budgets with the time after which they are reset."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from spendgate.model.attributes import Attributes
from spendgate.model.values import Flag, Number, Text, Unknown

_HOURS: Mapping[str, Decimal] = {
    "s": Decimal(1) / 3600,
    "m": Decimal(1) / 60,
    "h": Decimal(1),
    "d": Decimal(24),
    "w": Decimal(168),
    "mo": Decimal(730),
}
_MONTH = Decimal(730)
_SHORTEST_MONTH, _LONGEST_MONTH = Decimal(28 * 24), Decimal(31 * 24)
_SETTINGS = "litellm_settings"
_COUNTED = (
    "max_budget",
    "max_end_user_budget",
    "max_internal_user_budget",
    "default_max_internal_user_budget",
    *(
        f"{params}.max_budget"
        for params in (
            "upperbound_key_generate_params",
            "default_key_generate_params",
            "default_team_params",
            "default_internal_user_params",
        )
    ),
)
_DURATION = re.compile(r"(\d+)(mo|[smhdw])")


def monthly(amount: Number, period: Text) -> Number:
    """USD that a budget allows in a month at most.

    One that is reset after 28 to 31 days counts once; a shorter one as often as it is reset in 730 hours; a longer one, or one that is
    never reset, may be spent in a single month.
    """
    if amount is None or isinstance(amount, Unknown):
        return amount
    if isinstance(period, Unknown):
        return period
    match = _DURATION.fullmatch(period) if period else None
    hours = Decimal(match[1]) * _HOURS[match[2]] if match else Decimal(0)
    if not hours or hours >= _SHORTEST_MONTH:
        return amount
    return amount * _MONTH / hours


def budget(attributes: Attributes, path: str) -> Number:
    """The budget of a block (`max_budget`, `budget_duration`) in USD a month; `None` when there is none."""
    return monthly(attributes.number(f"{path}.max_budget"), attributes.text(f"{path}.budget_duration"))


def of_providers(attributes: Attributes) -> Mapping[str, Number]:
    """USD a month by provider, from `router_settings.provider_budget_config`, whichever of its two spellings it has."""
    return dict(_named(attributes, "router_settings.provider_budget_config"))


def of_tags(attributes: Attributes) -> Mapping[str, Number]:
    """USD a month by the tag of a request, from `litellm_settings.tag_budget_config`."""
    return dict(_named(attributes, "litellm_settings.tag_budget_config"))


def of_users(attributes: Attributes) -> Number:
    """USD a month by user, for those who make their keys themselves."""
    for key in ("max_internal_user_budget", "default_max_internal_user_budget"):
        amount = attributes.number(f"{_SETTINGS}.{key}")
        if amount is not None:
            return monthly(amount, attributes.text(f"{_SETTINGS}.internal_user_budget_duration"))
    return budget(attributes, f"{_SETTINGS}.default_internal_user_params")


def of_gateway(attributes: Attributes) -> Number:
    """USD a month of the whole gateway; none when nothing is held against it."""
    return None if are_counted(attributes) is False else budget(attributes, _SETTINGS)


def are_counted(attributes: Attributes) -> Flag:
    """Whether budgets of the gateway, its keys, users and teams are held against what was spent; `None` when it has none.

    NOTE: they are counted in a database. Budgets of providers and of single models are counted by the router and need none.
    """
    if all(attributes.number(f"{_SETTINGS}.{path}") is None for path in _COUNTED):
        return None
    if attributes.flag("general_settings.disable_spend_updates") is True:
        return False
    return is_given(attributes, "database_url", "DATABASE_URL", "DATABASE_HOST")


def is_given(attributes: Attributes, key: str, *variables: str) -> Flag:
    """Whether a general setting is there: under its key, or by a variable that stands for it.

    Unknown when neither is seen, since the environment of the gateway may hold the variable; false when all of that is seen.
    """
    if attributes.text(f"general_settings.{key}") is not None:
        return True
    if any(attributes.text(f"environment_variables.{name}") is not None for name in variables):
        return True
    if attributes.flag("environment_is_whole") is True:
        return False
    return Unknown(f"not in this file: the gateway's environment may hold it ({variables[0]})")


def _named(attributes: Attributes, path: str) -> Iterator[tuple[str, Number]]:
    held: Any = attributes.get(path)
    for name in held if isinstance(held, Mapping) else ():
        block = Attributes(held[name], _mark(attributes.unknown, f"{path}.{name}"), gap=attributes.gap)
        amount = block.number("budget_limit")
        amount = amount if amount is not None else block.number("max_budget")
        period = block.text("time_period")
        yield str(name), monthly(amount, period if period is not None else block.text("budget_duration"))


def _mark(marks: Any, path: str) -> Any:
    for key in path.split("."):
        marks = marks.get(key, False) if isinstance(marks, Mapping) else False
    return marks


def least(*amounts: Number) -> Number:
    """The smallest of the stated amounts; `None` when none is stated, unknown when one is and none of the others is stated."""
    known = [amount for amount in amounts if isinstance(amount, Decimal)]
    if known:
        return min(known)
    return next((amount for amount in amounts if isinstance(amount, Unknown)), None)
