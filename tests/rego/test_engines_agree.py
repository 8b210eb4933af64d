"""The same policies over the same inputs give the same findings on every engine, or a clear error; never a pass."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

import pytest
from tests.rego.conftest import TOKEN, Opa
from tests.rego.dockets import case, docket, own, policies

from spendgate.errors import PolicyError
from spendgate.evaluators.rego import EngineSettings, RawDocument, RegoLanguage
from spendgate.evaluators.rego.engines.sprintf import sprintf
from spendgate.model.attributes import Attributes
from spendgate.model.policy import Policy
from spendgate.ports import Docket

pytestmark = pytest.mark.service

Three = Callable[..., Any]


@pytest.fixture
def three(opa: Opa) -> Three:
    """What all engines say: the findings when they agree, the errors when each refuses. Fails when they differ."""
    engines = (
        EngineSettings(engine="embedded"),
        EngineSettings(engine="binary", program=opa.program),
        EngineSettings(engine="server", url=opa.url, token=TOKEN),
    )

    def run(held: list[Policy], over: Docket, **more: Any) -> Any:
        said: list[Any] = []
        for settings in engines:
            try:
                outcome = RegoLanguage(engine=settings, **more).judge(held, over)
                said.append((outcome.findings, dict(outcome.tallies)))
            except PolicyError as error:
                said.append(error)
        errors = [isinstance(each, PolicyError) for each in said]
        assert len(set(errors)) == 1, said
        if all(errors):
            return said
        assert said[0] == said[1] == said[2]
        return said[0][0]

    return run


HOSTILE = {
    "quotes": '"\'`\\"',
    "backslashes": "\\\\ \\n \\u0041 \\",
    "control characters": "".join(chr(code) for code in range(1, 32)) + "\x7f",
    "nul": "a\x00b",
    "emoji": "👩‍🚀🚀 é́ ﷽",
    "right to left": "\u202egnol\u202c",
    "line separators": "a\u2028b\u2029c\x85d",
    "looks like Rego": "}] { data.x := 1 # %v %s",
    "looks like a template": "{{ address }} ${name} %!d(string=x)",
    "a megabyte": "x" * 1_000_000,
    "a megabyte of quotes": '"\\' * 500_000,
    "private use": "\ue000\U000f0000",
    "not a character": "\ufffe\uffff",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_strings_come_back_as_they_went_in(three: Three, text: str) -> None:
    rules = """deny contains {"msg": sprintf("%s|%v|%d", [r.after.name, r.after.name, 7]), "resource": r.address, "actual": r.after.name} if {
	some r in input.resources
}"""
    (finding,) = three(policies(own(rules)), docket(case(attributes=Attributes({"name": text}))))
    assert finding.actual == text
    assert finding.message == f"{text}|{text}|7"


@pytest.mark.parametrize("name", HOSTILE, ids=HOSTILE)
def test_hostile_addresses_and_keys(three: Three, name: str) -> None:
    text = HOSTILE[name][:1000]
    rules = """deny contains {"msg": "no", "resource": r.address, "actual": r.tags} if some r in input.resources"""
    over = docket(case(f'aws_instance.a["{text}"]', tags={text: text}))
    (finding,) = three(policies(own(rules)), over)
    assert finding.address == f'aws_instance.a["{text}"]'
    assert finding.actual == {text: text}


VALUES: list[Any] = [
    *(0, 1, -1, 255, 2**31, 2**53 + 1, 2**62, -(2**62)),
    *(0.5, -1.25, 1.005, 100.5, 40150.25, 1234567.891, 1e-7, 0.00012, 12345.678901),
    *(True, False, None, "", "text", 'héllo\n"q\\😀\u200b', [], {}, [1, "x", None, [2.5]], {"b": 1, "a": [True]}),
]
VERBS = [
    "%v",
    "%s",
    "%d",
    "%f",
    "%.2f",
    "%.0f",
    "%q",
    "%x",
    "%X",
    "%t",
    "%e",
    "%g",
    "%5d|",
    "%-8v|",
    "%08.3f|",
    "%8.2f|",
]
VERBS += ["%+d", "% d", "%05d", "%o", "%b", "%.3s", "%6s|", "%z", "%", "%%", "%v %v", "none", "%5s%%"]


def test_sprintf_is_that_of_opa_or_raises(three: Three, opa: Opa) -> None:
    cases = [[verb, [value]] for verb in VERBS for value in VALUES]
    cases += [["%d of %d", [1, 2]], ["", []], ["%v", []], ["%v", [1, "x", 2.5]], ["%s=%v;", ["a", 1]]]
    exact, refused = [], 0
    for template, arguments in cases:
        try:
            sprintf(template, arguments)
            exact.append([template, arguments])
        except ValueError:
            refused += 1
    assert len(exact) > refused * 2, "most formats are supported"
    rules = """deny contains {"msg": "all", "resource": r.address, "actual": said} if {
	some r in input.resources
	said := [sprintf(each[0], each[1]) | some each in r.after.cases]
}"""
    (finding,) = three(policies(own(rules)), docket(case(attributes=Attributes({"cases": exact}))))
    assert finding.actual == [sprintf(template, arguments) for template, arguments in exact]


RULES = {
    "results that are nested": 'deny contains {"msg": "m", "resource": "a", "deep": {"a": [{"b": [null, false, {"c": {}}]}]}} if true',
    "a set inside a result": 'deny contains {"msg": "m", "resource": "a", "actual": {3, 1, 2}} if true',
    "numbers": 'deny contains {"msg": "m", "resource": "a", "actual": [1, 1.50, 0.1 + 0.2, 1 / 3, 7 % 4, round(2.5), 1e3]} if true',
    "a comprehension over resources": """deny contains {"msg": sprintf("%d", [count(hot)]), "resource": "a", "actual": hot} if {
	hot := {r.address | some r in input.resources; r.accel.count == 0}
}""",
    "a join of two resources": """deny contains {"msg": concat(" beside ", sort([a.address, b.address])), "resource": a.address} if {
	some a in input.resources
	some b in input.resources
	a.address < b.address
	a.env == b.env
}""",
    "else and default": """default level := "low"

level := "high" if { count(input.resources) > 100 } else := "middle" if { count(input.resources) > 1 }

deny contains {"msg": level, "resource": "a"} if true""",
    "every and not": """deny contains {"msg": "none has cards", "resource": "a"} if {
	every r in input.resources { r.accel.count == 0 }
	not some_gpu
}

some_gpu if { some r in input.resources; r.accel.count > 0 }""",
    "strings": """deny contains {"msg": concat(",", [upper("é"), trim("  x ", " "), replace("aa", "a", "b"), substring("héllo", 1, 2)]),
	"resource": "a", "actual": [split("a.b", "."), indexof("héllo", "l"), format_int(255, 16), startswith("ab", "a")]} if true""",
    "regex and glob": r"""deny contains {"msg": "m", "resource": "a", "actual": [
	regex.match(`^i-[0-9a-f]+$`, "i-0ab"), regex.find_n(`\d+`, "a1b22", -1), regex.split(",", "a,b"),
	glob.match("*.large", ["."], "m5.large"), regex.replace("aab", "a+", "x")]} if true""",
    "crypto": """deny contains {"msg": crypto.sha256("é"), "resource": "a",
	"actual": [crypto.md5("x"), crypto.sha1("x"), crypto.hmac.sha256("text", "key"), crypto.hmac.sha512("", "k")]} if true""",
    "addresses": """deny contains {"msg": "m", "resource": "a", "actual": [net.cidr_contains("10.0.0.0/8", "10.1.2.3"),
	net.cidr_intersects("10.0.0.0/16", "10.0.5.0/24"), net.cidr_intersects("10.0.0.0/16", "::/0")]} if true""",
    "time and units": """deny contains {"msg": "m", "resource": "a", "actual": [time.parse_rfc3339_ns("2026-11-24T00:00:00Z"),
	time.date(1764000000000000000), units.parse_bytes("10Gi"), units.parse("100m"), semver.compare("1.2.3", "1.10.0")]} if true""",
    "objects": """deny contains {"msg": "m", "resource": "a", "actual": [object.union({"a": 1}, {"b": 2}), object.keys({"x": 1}),
	object.get({"a": {"b": 1}}, ["a", "b"], 0), object.get({"a": null}, ["a", "b"], 0), object.remove({"a": 1, "b": 2}, ["a"]),
	json.marshal({"b": 1, "a": [1, null]}), base64.encode("é"), json.unmarshal("[1]")]} if true""",
    "types in order": 'deny contains {"msg": "m", "resource": "a", "actual": sort([{}, "a", 1, null, true, [1], "B", 0.5])} if true',
    "a comparison across types": 'deny contains {"msg": "m", "resource": "a", "actual": [null > 3, "Infinity" > 1000000, [] > "a"]} if true',
}


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_engines_agree_on(three: Three, rules: str) -> None:
    found = three(policies(own(rules)), docket(case("a.a"), case("b.b")))
    assert len(found) >= 1
    assert all(hasattr(finding, "message") for finding in found), found


REFUSED = {
    "a builtin given another type": "deny contains lower(r.accel.count) if some r in input.resources",
    "a number in a text that is none": 'deny contains "m" if to_number("two") > 1',
    "a division by zero": 'deny contains "m" if 1 / count([]) > 1',
    "a broken pattern": 'deny contains "m" if regex.match("(", "x")',
    "two values of one rule": 'x := 1\n\nx := 2\n\ndeny contains "m" if x == 1',
    "a function that nobody defines": 'deny contains "m" if frobnicate(1)',
    "a builtin that nobody has": 'deny contains "m" if crypto.sha3("x") == ""',
    "broken JSON in a text": 'deny contains "m" if json.unmarshal("{").x',
    "a syntax error": 'deny contains "m" if {',
    "an unsafe variable": "deny contains x if y == 1",
    "a null given to a builtin": 'deny contains "m" if contains(input.change.absent, "x")',
}


@pytest.mark.parametrize("rules", REFUSED.values(), ids=REFUSED)
def test_every_engine_refuses(three: Three, rules: str) -> None:
    over = docket(case(), change={"absent": None})
    errors = three(policies(own(rules)), over)
    assert all(isinstance(error, PolicyError) for error in errors), errors
    for error in errors:
        assert error.exit_code == 2
        assert error.file == "policy0.rego", error
        assert error.line is not None, error
        assert 12 <= error.line <= 17, error
        assert "TEST-001" in error.message


def test_what_opa_finds_by_its_index_the_embedded_engine_refuses(opa: Opa) -> None:
    """OPA looks up `startswith(input.x, ...)` in an index and takes what is no text for no match, strict or not."""
    held = policies(own('deny contains {"msg": "m", "resource": "a"} if startswith(input.change.absent, "x")'))
    over = docket(case(), change={"absent": None})
    binary = EngineSettings(engine="binary", program=opa.program)
    assert RegoLanguage(engine=binary).judge(held, over).findings == ()
    with pytest.raises(PolicyError, match="expects string argument"):
        RegoLanguage(engine=EngineSettings(engine="embedded")).judge(held, over)


def test_numbers_beyond_64_bits_in_sprintf_are_refused_when_embedded() -> None:
    rules = 'deny contains {"msg": sprintf("%v", [1e21 * input.change.one]), "resource": "a"} if true'
    with pytest.raises(PolicyError, match="not an i64"):
        RegoLanguage(engine=EngineSettings(engine="embedded")).judge(
            policies(own(rules)), docket(case(), change={"one": 1})
        )


def test_a_builtin_that_only_opa_has_is_refused_by_name_when_embedded(opa: Opa) -> None:
    rules = 'deny contains {"msg": "m", "resource": "a"} if { input.nowhere; io.jwt.decode("x") }'
    with pytest.raises(PolicyError, match=r"calls io\.jwt\.decode"):
        RegoLanguage(engine=EngineSettings(engine="embedded")).judge(policies(own(rules)), docket(case()))
    binary = EngineSettings(engine="binary", program=opa.program)
    assert RegoLanguage(engine=binary).judge(policies(own(rules)), docket(case())).findings == ()


OLD = """package main

deny[msg] {
  change := input.resource_changes[_]
  not change.change.after.tags.owner
  msg := sprintf("%s has no owner", [change.address])
}

warn_size[msg] {
  any([count(input.resource_changes) > 1, false])
  msg = "large"
}
"""


def test_old_and_new_syntax_in_one_run(opa: Opa) -> None:
    plan = {"format_version": "1.2", "resource_changes": [{"address": "a.b", "change": {"after": {"tags": {}}}}] * 2}
    new = own('deny contains {"msg": "new", "resource": r.address} if some r in input.resources')
    held = policies(OLD, new)
    said = []
    for settings in (EngineSettings(engine="embedded"), EngineSettings(engine="binary", program=opa.program)):
        language = RegoLanguage(engine=settings, documents=lambda: [RawDocument("plan.json", plan)])
        said.append(language.judge(held, docket(case())))
    assert said[0] == said[1]
    assert [finding.message for finding in said[0].findings] == ["a.b has no owner", "large", "new"]


def test_a_server_that_reads_new_syntax_only_says_so(opa: Opa) -> None:
    settings = EngineSettings(engine="server", url=opa.url, token=TOKEN)
    language = RegoLanguage(engine=settings, documents=lambda: [RawDocument("plan.json", {})])
    with pytest.raises(PolicyError, match="Rego v1 only") as caught:
        language.judge(policies(OLD), docket(case()))
    assert caught.value.file == "policy0.rego"
    assert caught.value.line == 3


def test_letters_of_all_kinds_in_keys(three: Three) -> None:
    rules = 'deny contains {"msg": "m", "resource": "a", "actual": input.resources[0].after} if true'
    plain = {letter: index for index, letter in enumerate(string.printable + "äß漢字🚀")}
    (finding,) = three(policies(own(rules)), docket(case(attributes=Attributes(plain))))
    assert finding.actual == plain


def test_several_policies_read_the_same_library(three: Three) -> None:
    rule = 'deny contains {"msg": lib.money(lib.param("X-001", "most", 3)), "resource": "a"} if true'
    held = policies(*(own(rule, policy_id=f"TEST-00{number}") for number in range(1, 6)))
    found = three(held, docket(case()))
    assert [(finding.policy, finding.message) for finding in found] == [
        (f"TEST-00{number}", "3.00 USD") for number in range(1, 6)
    ]


def test_libraries_that_read_libraries(three: Three) -> None:
    texts = [own('import data.team.one\n\ndeny contains {"msg": one.f(1), "resource": "a"} if true')]
    texts = [
        text.replace("import rego.v1\n\nimport data.team.one", "import data.team.one\nimport rego.v1") for text in texts
    ]
    texts += [
        "package team.one\n\nimport data.team.two\n\nf(x) := two.g(x)\n",
        'package team.two\n\ng(x) := sprintf("%d", [x])\n',
    ]
    (finding,) = three(policies(*texts), docket(case()))
    assert finding.message == "1"
