"""What is wrong with a policy file, said with its line and what to write in its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given as cases
from hypothesis import strategies as some

from spendgate.errors import InputError, PolicyError
from spendgate.policies.reading import compiled, read_policy_text
from spendgate.policies.schema import PolicyShape, json_schema

GOOD = """id: OWN-001
title: Something
pack: own
severity: high
enforcement: block
message: "{{ address }} fails."
match:
  kind: compute.vm
parameters:
  most: {type: number, default: 4, min: 1}
  by_env: {type: map, default: {dev: 2, unknown: 1}}
assert:
  - {field: accel.count, lte: "${most}"}
on_unknown: warn
tests:
  - {name: a, given: {kind: compute.vm, action: create, accel: {count: 1}}, expect: pass}
"""

MISTAKES = [
    ("unknown key", ("assert:", "asert:"), "own.yaml:12: unknown key 'asert' (did you mean assert?)"),
    ("missing key", ('message: "{{ address }} fails."\n', ""), "the key 'message' is missing"),
    ("id of another form", ("OWN-001", "own-1"), "own.yaml:1: id is 'own-1', which is no name for it"),
    ("unknown severity", ("severity: high", "severity: hihg"), "own.yaml:4: severity is 'hihg' (did you mean high?)"),
    ("unknown enforcement", ("enforcement: block", "enforcement: blok"), "own.yaml:5: enforcement 'blok' is none (did you mean block?)"),
    ("passing what is unknown", ("on_unknown: warn", "on_unknown: pass"), "own.yaml:14: on_unknown is 'pass' (what is not known never passes"),
    ("unknown key of match", ("  kind: compute.vm", "  knd: compute.vm"), "own.yaml:8: unknown key 'knd' of match (did you mean kind?)"),
    ("unknown root", ("accel.count", "acel.count"), "own.yaml:13: no field starts with 'acel' (did you mean accel?)"),
    ("unknown field of a facet", ("accel.count", "accel.cout"), "own.yaml:13: accel has no 'cout' (did you mean count?)"),
    ("unknown operator", ("lte:", "lteq:"), "own.yaml:13: unknown operator 'lteq' (did you mean lte?)"),
    ("two operators", ('lte: "${most}"', 'lte: 4, gte: 1'), "the condition on accel.count has 2 operators (lte, gte), one is needed"),
    ("no operator", (', lte: "${most}"', ""), "the condition on accel.count has no operator, one is needed"),
    ("unknown parameter", ("${most}", "${mst}"), "own.yaml:13: no parameter is named 'mst' (did you mean most?)"),
    ("parameter within text", ("${most}", "x${most}"), "mixes a parameter with text"),
    ("entry of what is no map", ("${most}", "${most[env]}"), "parameter most is no map, so it has no entries"),
    ("map without an entry", ("${most}", "${by_env}"), "is no number"),
    ("text for a number", ('"${most}"', "few"), "own.yaml:13: 'few' is no number (write a number, or an amount such as 500 USD, 2h or 25%)"),
    ("duration without a unit", ('"${most}"', "2h"), "accel.count states no unit, so it cannot be compared with the duration 2h"),
    ("unknown type", ("type: number", "type: numbr"), "own.yaml:10: parameter most has the type 'numbr' (did you mean number?)"),
    ("default of another type", ("default: 4", "default: four"), "own.yaml:10: 'four' is no number"),
    ("default out of bounds", ("default: 4", "default: 0"), "most is 0, the least is 1"),
    ("no default", ("{type: number, default: 4, min: 1}", "{type: number}"), "parameter most has no default"),
    ("name of a field", ("  most:", "  cost:"), "parameter cost has the name of a field"),
    ("each without a list", ('lte: "${most}"', "each: any, lte: 4"), "each needs a path with [], accel.count has none"),
    ("unknown each", ('{field: accel.count, lte: "${most}"}', "{field: 'accel.models[]', each: some, equals: T4}"), "each is 'some'"),
    ("joint without a list", ('{field: accel.count, lte: "${most}"}', "{any: {field: accel.count, lte: 1}}"), "any needs a list of conditions"),
    ("no condition", ('- {field: accel.count, lte: "${most}"}', "- accel.count"), "'accel.count' is no condition"),
    ("operator without a field", ("field: accel.count, ", ""), "a condition with 'lte' and no field (a comparison names its field)"),
    ("wrong expression", ('{field: accel.count, lte: "${most}"}', "{expr: accel.count <}"), "own.yaml:13: 'accel.count <' ends too early"),
    ("broken pattern", ('lte: "${most}"', "matches: '(a'"), "'(a' is no regular expression"),
    ("pattern that hangs", ('lte: "${most}"', "matches: '(a+)+$'"), "which can take for ever"),
    ("list where an entry is meant", ('lte: "${most}"', 'subset_of: "${by_env}"'), "a map stands where a list is needed"),
    ("both assert and cases", ("on_unknown: warn", "cases: [{enforcement: warn, assert: [{field: name, exists: true}]}]"), "has both assert and cases"),
    ("unknown field in a message", ("{{ address }}", "{{ adress }}"), "own.yaml:6: no field starts with 'adress' (did you mean address?"),
    ("unknown word of failed", ("{{ address }}", "{{ failed.actul }}"), "failed has no 'actul' (did you mean actual?)"),
    ("unknown filter", ("{{ address }}", "{{ address | upper }}"), "the message has the filter 'upper' (there is one: default('text'))"),
    ("half a slot", ("{{ address }}", "{{ address"), "without its partner"),
    ("unknown action", ("  kind: compute.vm", "  action: [creat]"), "own.yaml:8: no action is named 'creat' (did you mean create?)"),
    ("unknown kind", ("  kind: compute.vm", '  kind: [compute.vmm, "storage.*"]'), "own.yaml:8: no resource is of the kind 'compute.vmm' (did you mean compute.vm?)"),
    ("unknown scope", ("on_unknown: warn", "scope: team"), "scope 'team' is none"),
    ("kind for the whole change", ("on_unknown: warn", "scope: change"), "match names kind, but scope change judges no single resource"),
    ("exception without an end", ("on_unknown: warn", "exceptions: [{id: X, match: {env: dev}, reason: r, approved_by: b}]"), "the key 'expires' of exceptions[1] is missing"),
    ("end that is no date", ("on_unknown: warn", "exceptions: [{id: X, match: {env: dev}, reason: r, approved_by: b, expires: soon}]"), "expires 'soon' is no date"),
    ("stage without an end", ("enforcement: block", "enforcement: {default: warn, then: block}"), "warn_until and then belong together"),
    ("map without a default", ("enforcement: block", "enforcement: {prod: block}"), "an enforcement map needs a default"),
    ("misspelt stage", ("enforcement: block", "enforcement: {default: warn, warn_untill: 2026-12-31, then: block}"), "unknown key 'warn_untill' (did you mean warn_until?)"),
    ("misspelt environment", ("enforcement: block", "enforcement: {default: warn, production: block}"), "unknown key 'production' (did you mean prod?)"),
    ("savings that compare", ("on_unknown: warn", "savings: {formula: 1 < 2}"), "is a comparison, a number is needed"),
    ("unknown verdict of a test", ("expect: pass", "expect: passes"), "tests[1].expect is 'passes' (did you mean pass?)"),
    ("number as title", ("title: Something", "title: 5"), "own.yaml:2: title must be a text (put it in quotes)"),
    ("key without a value", ("match:\n  kind: compute.vm", "match:"), "own.yaml:7: match has no value"),
    ("duplicate key", ("pack: own", "pack: own\npack: own"), "has the key 'pack' twice (first on line 3)"),
]  # fmt: skip


def said(text: str) -> str:
    with pytest.raises((PolicyError, InputError)) as caught:
        compiled(read_policy_text(text, "own.yaml"))
    return str(caught.value)


def test_the_good_one_is_good() -> None:
    assert compiled(read_policy_text(GOOD, "own.yaml")).id == "OWN-001"


@pytest.mark.parametrize(("change", "message"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_a_mistake_is_named_with_its_place(change: tuple[str, str], message: str) -> None:
    assert change[0] in GOOD
    assert message in said(GOOD.replace(change[0], change[1], 1))


def test_all_mistakes_of_a_file_are_named_at_once() -> None:
    text = (
        GOOD.replace("severity: high", "severity: hihg").replace("match:", "mtch:").replace("on_unknown", "on_unknwn")
    )
    assert said(text).splitlines() == [
        "3 mistakes in own.yaml:",
        "  own.yaml:4: severity is 'hihg' (did you mean high?)",
        "  own.yaml:7: unknown key 'mtch' (did you mean match?)",
        "  own.yaml:14: unknown key 'on_unknwn' (did you mean on_unknown?)",
    ]
    text = GOOD.replace("accel.count", "acel.count").replace("{{ address }}", "{{ adress }}")
    assert said(text).splitlines()[1:] == [
        "  own.yaml:6: no field starts with 'adress' (did you mean address? parameters: most, by_env)",
        "  own.yaml:13: no field starts with 'acel' (did you mean accel?)",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{resource_changes: [], format_version: '1.2'}", "is no policy: it seems to be a Terraform plan"),
        ("{apiVersion: v1, kind: Pod}", "is no policy: it seems to be a Kubernetes object"),
        ("{packs: [starter]}", "is no policy: it seems to be a spendgate configuration"),
        ("{metadata: {name: x}, definition: {}}", "is no policy: it seems to be a policy of another tool"),
        ("[1, 2]", "is no policy: it holds a list"),
        ("just text", "is no policy: it holds a single value"),
        ("", "is empty"),
        ("a: [", "is not valid YAML"),
    ],
)
def test_a_file_that_is_no_policy_is_named_for_what_it_seems_to_be(text: str, message: str) -> None:
    assert message in said(text)


def test_the_schema_for_editors_knows_every_key() -> None:
    schema = json_schema()
    assert {"match", "assert", "cases", "tests"} <= set(schema["properties"])
    assert set(schema["required"]) == {"id", "title", "pack", "severity", "message"}
    assert json.dumps(schema)


values = some.recursive(
    some.none() | some.booleans() | some.integers(-9, 9) | some.sampled_from(["x", "${most}", "accel.count", "2h", "{{ }}"]),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(["field", "lte", "any", "not", "expr", "x", "env"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@cases(some.sampled_from(list(PolicyShape.model_fields)), values)
def test_any_value_under_any_key_is_a_policy_or_a_named_mistake(key: str, value: object) -> None:
    key = key.rstrip("_")
    lines = [line for line in GOOD.splitlines() if not line.startswith(f"{key}:")]
    if key in ("match", "parameters", "assert", "tests"):
        text = "\n".join(lines).replace("\n  ", "\n#  ") if key != "assert" else "\n".join(lines[:11] + lines[12:])
    else:
        text = "\n".join(lines)
    mistake = None
    try:
        compiled(read_policy_text(f"{text}\n{key}: {json.dumps(value)}\n", "own.yaml"))
    except (PolicyError, InputError) as error:
        mistake = error
    assert mistake is None or "own.yaml" in str(mistake)
