"""Reservations that a usage file states for an AWS machine: its recurring price, and the fee that is paid upfront."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from spendgate.costing.hours import HOURS_PER_MONTH
from spendgate.costing.usage import word
from spendgate.model.cost import Basis, Component, Quantity
from spendgate.model.frozen import replace
from spendgate.ports import Subject

KEYS = {
    "reserved_instance_term": "term of the reservation: 1_year or 3_year",
    "reserved_instance_payment_option": "no_upfront, partial_upfront or all_upfront",
    "reserved_instance_type": "offering class: standard or convertible",
}
_PAYMENTS = (
    "no_upfront",
    "partial_upfront",
    "all_upfront",
    "heavy_utilization",
    "medium_utilization",
    "light_utilization",
)


class Reservation(NamedTuple):
    """A stated reservation, in the words of the usage file."""

    term: str
    payment: str
    offering: str | None


def of(subject: Subject) -> Reservation | None:
    """The reservation that the usage file states, or None. Raises UsageValueError for words that nobody knows."""
    if "reserved_instance_term" not in subject.usage:
        return None
    term = word(subject.usage, "reserved_instance_term", ("1_year", "3_year")) or "1_year"
    payment = word(subject.usage, "reserved_instance_payment_option", _PAYMENTS) or "no_upfront"
    return Reservation(term, payment, word(subject.usage, "reserved_instance_type", ("standard", "convertible")))


def instead(
    component: Component, reservation: Reservation | None, service: str, item: str, month: Quantity
) -> Iterator[Component]:
    """The hours of a whole `month` at the reserved price, with the upfront fee beside them; without one the component.

    NOTE: a reservation is paid whether the machine runs or not, so no schedule makes it cheaper. An upfront fee is money
    too, spread over the months of its term: the price book holds it as a monthly amount, or it stays unpriced.
    """
    if reservation is None or component.quantity is None:
        yield component
        return
    term, payment, offering = reservation
    words = (item, offering, term, payment) if offering else (item, term, payment)
    query = replace(component.query, service=f"{service} reserved", item=" ".join(words))
    name = component.name.replace("on-demand", "reserved")
    if payment != "all_upfront":
        yield replace(
            component, name=name, query=query, quantity=month, basis=Basis.USAGE, stops=False, alternatives=(), note=""
        )
    if payment != "no_upfront":
        fee = replace(query, service=f"{service} upfront fee")
        yield Component(f"{name}: upfront fee", "months", fee, month.times(1 / HOURS_PER_MONTH), basis=Basis.USAGE)
