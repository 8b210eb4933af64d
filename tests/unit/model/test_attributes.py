"""Attributes: unknown, sensitive and absent are never mistaken for one another."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendgate.model.attributes import Attributes
from spendgate.model.values import ABSENT, AFTER_APPLY, SENSITIVE, Unknown

TREE = Attributes(
    {
        "size": "8",
        "flag": "true",
        "count": 3,
        "ratio": 0.5,
        "nothing": None,
        "empty": "",
        "disk": [{"gib": 10}, {"gib": None}],
        "tags": {"owner": "ml", "secret": "hush"},
        "list": ["a", None, "b"],
    },
    unknown={"id": True, "disk": [{}, {"gib": True}], "tags": {"cost": True}, "pool": [{"type": True}]},
    sensitive={"password": True, "tags": {"secret": True}},
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("count", 3, id="a plain value is itself"),
        pytest.param("disk.0.gib", 10, id="a position in a list is a number"),
        pytest.param("nothing", ABSENT, id="null is absent"),
        pytest.param("never", ABSENT, id="a missing key is absent"),
        pytest.param("disk.7.gib", ABSENT, id="a position beyond the end is absent"),
        pytest.param("count.deeper", ABSENT, id="a step into a scalar is absent"),
        pytest.param("id", AFTER_APPLY, id="a marked key without a value is unknown"),
        pytest.param("disk.1.gib", AFTER_APPLY, id="a marked leaf in a list is unknown"),
        pytest.param("id.part.deeper", AFTER_APPLY, id="below an unknown parent all is unknown"),
        pytest.param("pool.0.type", AFTER_APPLY, id="a marked leaf whose parent has no value is unknown"),
        pytest.param("tags.cost", AFTER_APPLY, id="a map key that only the marker tree has is unknown"),
        pytest.param("password", SENSITIVE, id="a secret is unknown as sensitive"),
        pytest.param("tags.secret", SENSITIVE, id="a secret inside a map is unknown as sensitive"),
    ],
)
def test_a_path_leads_to_its_value(path: str, expected: object) -> None:
    assert TREE.get(path) == expected


@pytest.mark.parametrize(
    ("reader", "path", "expected"),
    [
        pytest.param("text", "count", "3", id="a number as text"),
        pytest.param("text", "empty", None, id="empty text counts as none"),
        pytest.param("text", "disk", None, id="a block is not text"),
        pytest.param("number", "size", Decimal(8), id="numeric text is a number"),
        pytest.param("number", "flag", None, id="a word is not a number"),
        pytest.param("number", "ratio", Decimal("0.5"), id="a fraction keeps its decimal value"),
        pytest.param("whole", "ratio", None, id="a fraction is not a whole number"),
        pytest.param("whole", "size", 8, id="numeric text is a whole number"),
        pytest.param("flag", "flag", True, id="the text true is true"),
        pytest.param("flag", "count", None, id="a number is not a flag"),
        pytest.param("number", "id", AFTER_APPLY, id="an unknown number stays unknown"),
        pytest.param("texts", "list", ("a", "b"), id="nulls in a list are left out"),
        pytest.param("texts", "never", (), id="an absent list is empty"),
        pytest.param("texts", "id", AFTER_APPLY, id="an unknown list is unknown"),
    ],
)
def test_typed_readers_never_guess(reader: str, path: str, expected: object) -> None:
    assert getattr(TREE, reader)(path) == expected


def test_blocks_carry_their_own_marks() -> None:
    blocks = TREE.blocks("disk")
    assert isinstance(blocks, tuple)
    assert [block.get("gib") for block in blocks] == [10, AFTER_APPLY]


def test_a_block_marked_as_a_whole_makes_the_list_unknown() -> None:
    assert isinstance(Attributes({"b": [{}]}, {"b": [True]}).blocks("b"), Unknown)


def test_unknown_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(AFTER_APPLY)


json_trees: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.sampled_from("abc"), children, max_size=3),
    max_leaves=12,
)
paths = st.lists(st.sampled_from(["a", "b", "c", "0", "1"]), min_size=1, max_size=4).map(".".join)


@given(values=st.dictionaries(st.sampled_from("abc"), json_trees), unknown=json_trees, sensitive=json_trees, path=paths)
def test_no_shape_of_values_and_marks_breaks_a_reader(
    values: dict[str, Any], unknown: Any, sensitive: Any, path: str
) -> None:
    tree = Attributes(values, unknown, sensitive)
    for reader in (tree.get, tree.text, tree.number, tree.whole, tree.flag, tree.blocks, tree.block, tree.texts):
        reader(path)
    assert all(isinstance(found, str) for found in tree.unknown_paths())


@given(values=st.dictionaries(st.sampled_from("abc"), json_trees), path=paths)
def test_everything_below_an_unknown_root_is_unknown(values: dict[str, Any], path: str) -> None:
    assert Attributes(values, dict.fromkeys("abc01", True)).get(path) == AFTER_APPLY
