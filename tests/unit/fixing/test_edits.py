"""Edits change what they say and nothing else: comments, spacing and order stay."""

from __future__ import annotations

from typing import Any

import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendgate.fixing.edits import add_tags, literal, set_attribute
from spendgate.inputs.terraform_source.evaluation import Bare
from spendgate.inputs.terraform_source.files import SourceFile, parse_source
from spendgate.inputs.terraform_source.grammar import parse_expression

TAGS = {"Schedule": "office-hours"}
PAIR = 'Schedule = "office-hours"'


def source(text: str) -> SourceFile:
    return parse_source(text, "main.tf", [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'resource "aws_instance" "a" {\n  # why\n  ami = "x" # here\n}\n',
            'resource "aws_instance" "a" {\n  # why\n  ami = "x" # here\n  tags = { PAIR }\n}\n',
        ),
        ('resource "aws_instance" "a" {}\n', 'resource "aws_instance" "a" {\n  tags = { PAIR }\n}\n'),
        (
            'resource "aws_instance" "a" { ami = "x" }\n',
            'resource "aws_instance" "a" { ami = "x"\n  tags = { PAIR }\n}\n',
        ),
        (
            'resource "aws_instance" "a" {\n  tags = { owner = "x" }\n}\n',
            'resource "aws_instance" "a" {\n  tags = { owner = "x", PAIR }\n}\n',
        ),
        ('resource "aws_instance" "a" {\n  tags = {}\n}\n', 'resource "aws_instance" "a" {\n  tags = { PAIR }\n}\n'),
        (
            'resource "aws_instance" "a" {\n  tags = {\n    owner = "x" # me\n  }\n}\n',
            'resource "aws_instance" "a" {\n  tags = {\n    owner = "x" # me\n    PAIR\n  }\n}\n',
        ),
        (
            'resource "aws_instance" "a" {\n  tags = local.tags # ours\n}\n',
            'resource "aws_instance" "a" {\n  tags = merge(local.tags, { PAIR }) # ours\n}\n',
        ),
        (
            'resource "google_compute_instance" "a" {\n\tzone = "x"\n}\n',
            'resource "google_compute_instance" "a" {\n\tzone = "x"\n  labels = { PAIR }\n}\n',
        ),
        (
            'resource "aws_autoscaling_group" "a" {\n  max_size = 1\n}\n',
            'resource "aws_autoscaling_group" "a" {\n  max_size = 1\n  tag {\n    key                 = "Schedule"\n'
            '    value               = "office-hours"\n    propagate_at_launch = true\n  }\n}\n',
        ),
    ],
)
def test_tags_are_added_as_the_block_is_written(before: str, after: str) -> None:
    file = source(before)
    text = add_tags(file, file.body.blocks[0], TAGS)
    assert text == after.replace("PAIR", PAIR)
    hcl2.loads(text)


@pytest.mark.parametrize(
    "text", ['resource "aws_route" "a" {}\n', 'resource "aws_instance" "a" {\n  tags = { Schedule = "x" }\n}\n']
)
def test_no_edit_where_tags_have_no_place_or_the_key_is_taken(text: str) -> None:
    file = source(text)
    assert add_tags(file, file.body.blocks[0], TAGS) is None


@pytest.mark.parametrize(
    ("path", "value", "changed"),
    [
        ("max_size", 4, "max_size = 4 # most"),
        ("disk.size", 10, "size = 10"),
        ("disk.0.kind", "gp3", 'kind = "gp3"'),
        ("spot", True, "spot = true"),
    ],
)
def test_attributes_are_set_in_place(path: str, value: Any, changed: str) -> None:
    text = 'resource "a_b" "c" {\n  max_size = var.x + 1 # most\n  disk {\n    size = 99\n  }\n}\n'
    file = source(text)
    edited = set_attribute(file, file.body.blocks[0], path, value)
    assert edited is not None
    assert changed in edited
    rest = [row for row in edited.splitlines() if row.strip() != changed]
    assert set(rest) <= set(text.splitlines())


def test_nothing_is_set_in_a_block_that_is_not_written_out() -> None:
    file = source('resource "a_b" "c" {\n  dynamic "disk" {\n    for_each = []\n    content {}\n  }\n}\n')
    assert set_attribute(file, file.body.blocks[0], "disk.size", 1) is None


@given(st.text() | st.integers() | st.booleans() | st.lists(st.text(max_size=5), max_size=3))
def test_a_value_that_is_written_is_read_as_the_same(value: Any) -> None:
    written = literal(value)
    assert written is not None
    if "\r" not in str(value):
        assert parse_expression(written).value(Bare()) == value
