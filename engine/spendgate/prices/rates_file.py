"""`rates.yaml`: negotiated discounts, prices of one's own, machines of one's own, commitments, and currencies.

Every amount is stated by people, so each entry is kept with its line: an estimate says which line it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from spendgate.documents import Document, read_yaml
from spendgate.errors import SettingsError
from spendgate.model.frozen import Frozen
from spendgate.policies.mistakes import near

Positive = Annotated[Decimal, Field(gt=0)]
NotNegative = Annotated[Decimal, Field(ge=0)]
Percent = Annotated[Decimal, Field(ge=0, le=100)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Scope(_Strict):
    """What an entry speaks of. Names and patterns (`*`); `family` is the first part of a machine type (`p5`, `a3`, `NC`)."""

    name: str = ""
    provider: str = "*"
    service: str = "*"
    family: str = "*"
    item: str = "*"
    region: str = "*"
    starts: date | None = None
    ends: date | None = None


class Discount(Scope):
    """So many percent less than the public price."""

    percent: Percent


class OwnPrice(Scope):
    """A price in place of the public one, or where there is none."""

    price: Positive
    unit: str = "hours"
    purchase: Literal["on-demand", "spot"] = "on-demand"
    currency: Currency = "USD"
    as_of: date
    source: str = ""


class OwnMachine(_Strict):
    """A machine of one's own (on premises, at the edge, in a private cloud) or of a cloud that no book knows.

    Either `price_per_hour`, or what it costs its owner: purchase, life, power and hosting. Watts and PUE may stand beside a
    price too: with `grid_gco2e_per_kwh` they tell its emissions, with `embodied_kg` those of making it.
    """

    name: str = ""
    provider: str = "onprem"
    machine_type: str
    region: str = "*"
    vcpu: Positive | None = None
    memory_gib: Positive | None = None
    accelerator: str | None = None
    accelerator_count: NotNegative = Decimal(0)
    currency: Currency = "USD"
    as_of: date
    source: str = ""
    price_per_hour: Positive | None = None
    purchase_price: Positive | None = None
    life_years: Positive | None = None
    overhead_percent: NotNegative = Decimal(0)
    watts_idle: NotNegative | None = None
    watts_full: Positive | None = None
    pue: Annotated[Decimal, Field(ge=1)] | None = None
    price_per_kwh: NotNegative | None = None
    hosting_per_month: NotNegative = Decimal(0)
    utilisation_percent: Annotated[Decimal, Field(gt=0, le=100)] = Decimal(100)
    grid_gco2e_per_kwh: NotNegative | None = None
    embodied_kg: NotNegative | None = None

    @model_validator(mode="after")
    def _one_way(self) -> OwnMachine:
        power = ("watts_idle", "watts_full", "pue")
        needed = ("purchase_price", "life_years", *power, "price_per_kwh")
        stated = [name for name in needed if getattr(self, name) is not None]
        lacking = [name for name in needed if name not in stated]
        bought = [name for name in ("purchase_price", "price_per_kwh") if name in stated]
        if self.price_per_hour is not None and bought:
            raise ValueError(f"state price_per_hour, or {', '.join(bought)}: not both")
        if self.price_per_hour is None and lacking:
            raise ValueError(f"without price_per_hour it needs {', '.join(lacking)}")
        if any(name in stated for name in power) and any(name in lacking for name in power):
            raise ValueError(f"{', '.join(power)} tell what it draws together: state all of them")
        if self.watts_idle is not None and self.watts_full is not None and self.watts_idle > self.watts_full:
            raise ValueError("watts_idle is more than watts_full")
        return self


class Commitment(Scope):
    """A savings plan, reservation or committed use: an amortised price for a share of what runs.

    `covers_percent` of what exists is paid at it, and `new_percent` of what is new (0: new capacity pays the marginal price).
    The price is `discount_percent` less than the public one, or `price_per_hour` with `upfront` spread over `term_years`.
    `committed_per_hour` is what is promised in money, `free_per_hour` what of it nobody used when it was looked up, `free_on` that day.
    """

    name: str = Field(min_length=1)
    kind: Literal["savings-plan", "reservation", "committed-use"]
    covers_percent: Percent
    new_percent: Percent = Decimal(0)
    discount_percent: Percent | None = None
    price_per_hour: NotNegative | None = None
    upfront: NotNegative = Decimal(0)
    term_years: Positive | None = None
    currency: Currency = "USD"
    committed_per_hour: Positive | None = None
    free_per_hour: NotNegative | None = None
    free_on: date | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Commitment:
        free = (self.committed_per_hour, self.free_per_hour, self.free_on)
        if any(each is None for each in free) and any(each is not None for each in free):
            raise ValueError(
                "committed_per_hour, free_per_hour and free_on tell the free share together: state all of them"
            )
        if (self.free_per_hour or 0) > (self.committed_per_hour or 0):
            raise ValueError("free_per_hour is more than committed_per_hour")
        if (self.discount_percent is None) == (self.price_per_hour is None):
            raise ValueError("state discount_percent or price_per_hour, one of them")
        if self.upfront and (self.term_years is None or self.price_per_hour is None):
            raise ValueError("upfront is spread over term_years beside price_per_hour: state both")
        return self


class ExchangeRate(_Strict):
    """How many units of `to` one unit of `from` buys, on a day."""

    from_: Currency = Field(alias="from")
    to: Currency
    rate: Positive
    as_of: date
    source: str = ""


class RatesFile(_Strict):
    """The whole file."""

    version: Literal[1] = 1
    currency: Currency = "USD"
    exchange_rates: list[ExchangeRate] = Field(default_factory=list)
    discounts: list[Discount] = Field(default_factory=list)
    prices: list[OwnPrice] = Field(default_factory=list)
    machines: list[OwnMachine] = Field(default_factory=list)
    commitments: list[Commitment] = Field(default_factory=list)


_ENTRIES: Mapping[str, type[BaseModel]] = {
    "exchange_rates": ExchangeRate,
    "discounts": Discount,
    "prices": OwnPrice,
    "machines": OwnMachine,
    "commitments": Commitment,
}


class Rates(Frozen):
    """The checked file and where its entries stand."""

    said: RatesFile
    document: Document

    def place(self, section: str, number: int) -> str:
        """`rates.yaml:12`: the file's own name is enough in a report."""
        return f"{Path(self.document.origin).name}:{self.document.line_of((section, number)) or 1}"


def load(path: str) -> Rates:
    """Read a rates file. Raises SettingsError with file, line and the nearest known key, InputError when it cannot be read."""
    document = read_yaml(path)
    data = document.data if document.data is not None else {}
    if not isinstance(data, Mapping):
        raise SettingsError("is no rates file (a map was expected)", file=document.origin, line=1)
    try:
        said = RatesFile.model_validate(data)
    except ValidationError as error:
        # NOTE: a key that is misspelt is told before the key that is missing because of it.
        mistakes = sorted(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        raise _refusal(document, mistakes[0]) from None
    return Rates(said, document)


def _refusal(document: Document, found: Any) -> SettingsError:
    route = tuple(found["loc"])
    line = document.line_of(route)
    shown = ".".join(str(part) for part in route)
    if found["type"] == "extra_forbidden":
        model = RatesFile if len(route) == 1 else _ENTRIES[str(route[0])]
        names = [field.alias or name for name, field in model.model_fields.items()]
        return SettingsError(
            f"unknown key {shown!r}", file=document.origin, line=line, hint=near(str(route[-1]), names)
        )
    message = str(found["msg"]).removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    return SettingsError(f"{shown}: {message}", file=document.origin, line=line)
