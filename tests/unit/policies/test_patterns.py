"""Regular expressions: what could hang a run is refused, everything else works."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from spendgate.policies.mistakes import Mistake
from spendgate.policies.patterns import compile_pattern


@pytest.mark.parametrize(
    "text",
    ["(a+)+$", "(a*)*b", "(?:a|a)+$", "(a|b)*c", "((a+)b?)+$", "(a{1,})+", "([a-z]+)*x", r"(\w+\s?)*$", r"(a)\1+", "(?P<x>a)(?P=x)", "a*b*c*d*e*f*", "(x+x+)+y", "(?:(?:a+))+", "(a{0,50}){0,50}$", "(a?){20}", "(a|aa){30}"],
)  # fmt: skip
def test_what_can_take_for_ever_is_refused(text: str) -> None:
    with pytest.raises(Mistake, match="take"):
        compile_pattern(text)


@pytest.mark.parametrize(
    "text",
    ["(?i)(ckpt|checkpoint|model)", "^[A-Z]{2}-?[0-9]{3,6}$", "^[a-z0-9._-]+(@[a-z0-9.-]+)?$", r"a\+b\*", "[+*]+", "[]a]+", r"(a|b)?", "(ab){2}", r"\(a\)+", "x{3}y{2,5}", r"^([0-9]{1,3}\.){3}[0-9]{1,3}$", "^[a-z]+-[a-z]+-[0-9]+$", "(prod|dev){1,2}"],
)  # fmt: skip
def test_what_is_common_is_taken(text: str) -> None:
    assert compile_pattern(text).compiled.pattern == text


@settings(max_examples=300, deadline=None)
@given(some.text(alphabet="ab()[]|*+?{}1,^$\\d.", max_size=14), some.integers(20, 40))
def test_whatever_is_taken_answers_soon(text: str, length: int) -> None:
    try:
        pattern = compile_pattern(text)
    except Mistake:
        return
    started = time.perf_counter()
    for subject in ("a" * length + "!", "ab" * (length // 2) + "!", "1" * length + "!", "a" * 127 + "!"):
        pattern.found(subject)
    assert time.perf_counter() - started < 3


def test_the_more_it_repeats_the_shorter_the_texts_that_are_searched() -> None:
    lengths = [compile_pattern(text).longest_text for text in ("a", "a+", "a+b+", "a+b+c+")]
    assert lengths == [2000, 2000, 400, 128]
