"""Whatever is given in place of a plan is named for what it seems to be; what CI wrapped around a plan is taken off."""

import gzip
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.unit.inputs.terraform.plans import entry, plan

from spendgate.errors import InputError
from spendgate.inputs import open_input
from spendgate.inputs.terraform.plan import read_plan
from spendgate.model.resource import Level

CORPUS = Path(__file__).parents[3] / "corpus" / "terraform"
PLAN = json.dumps(plan(entry("aws_x.a")), indent=1).encode()
EVENT = b'{"@level":"info","@message":"Terraform 1.11.4","@module":"terraform.ui","type":"version"}\n'


def deep(levels: int) -> bytes:
    return PLAN.replace(b'"size": "small"', b'"size": ' + b"[" * levels + b"]" * levels)


@pytest.mark.parametrize(
    ("data", "place", "said"),
    [
        pytest.param(b"", "", "is empty.*terraform show -json", id="nothing"),
        pytest.param(b" \n\t\n", "", "is empty", id="blanks"),
        pytest.param(b"\xef\xbb\xbf", "", "is empty", id="a mark alone"),
        pytest.param(
            b"PK\x03\x04\x14\x00\x08\x00" + b"\x00" * 22 + b"tfplan", "", "is a binary plan.*tfplan", id="a zip"
        ),
        pytest.param(b"PK\x03\x04" + b"\x00" * 40 + b"notes.txt", "", "is a zip archive", id="another zip"),
        pytest.param(gzip.compress(PLAN), "", "is a gzip archive.*gunzip", id="gzip"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "", "is an image", id="an image"),
        pytest.param(b'{"a": "\x00\x00"}', "", "is a binary file", id="NUL bytes near the beginning"),
        pytest.param(
            PLAN[:-3] + b" " * 600 + b"\x00" + PLAN[-3:], r":\d+:\d+", "is not valid JSON", id="a NUL byte later on"
        ),
        pytest.param(b"<!DOCTYPE html><html>Sign in</html>", "", "is a web page.*login", id="a web page"),
        pytest.param(b'<?xml version="1.0"?><a/>', "", "is XML", id="XML"),
        pytest.param(b"Error: no such file\n", "", "plain text, no plan", id="an error message"),
        pytest.param(b'resource "aws_x" "a" {\n  size = "small"\n}\n', "", "plain text, no plan", id="HCL"),
        pytest.param(EVENT + EVENT, "", "is the event stream of `terraform plan -json`", id="an event stream"),
        pytest.param(b"+ terraform plan\n" + EVENT, "", "is the event stream", id="an event stream in a log"),
        pytest.param(PLAN[:-40], r":\d+", "ends in the middle of the JSON", id="a truncated plan"),
        pytest.param(b"{", "", "no plan", id="a lone brace"),
        pytest.param(
            b'{"format_version": "1.2", "resource_changes": [', ":1", "ends in the middle", id="cut in a list"
        ),
        pytest.param(PLAN.replace(b'"small', b'"\xff', 1), r":\d+", "is not UTF-8 text", id="a byte that is no UTF-8"),
        pytest.param(PLAN.replace(b'"1.11.4"', b'"1.11.4",,'), r":\d+:\d+", "is not valid JSON", id="a comma too many"),
        pytest.param(PLAN.replace(b"small", b"\\ud800", 1), r":\d+:\d+", "surrogate", id="half of a surrogate pair"),
        pytest.param(PLAN.replace(b'"small"', b"1e999", 1), "", "out of range", id="a number beyond all bounds"),
        pytest.param(deep(100_000), "", "nested too deeply", id="nesting without end"),
        pytest.param(b"[1, 2]", "", "is a JSON list", id="a list"),
        pytest.param(b"[1, 2", ":1", "ends in the middle", id="half a list"),
        pytest.param(b'"text"', "", "a single JSON value, no plan", id="a text in quotes"),
        pytest.param(b"null\n", "", "a single JSON value, no plan", id="null"),
        pytest.param(b'{"run": ' + PLAN + b"}", "", "under the key run.*jq", id="a plan inside an object"),
        pytest.param(b"{}", "", "JSON of another kind", id="an empty object"),
        pytest.param(b'{"a": 1}\n{"b": 2}\n', "", "JSON of another kind", id="lines of JSON"),
        pytest.param(b'{"format_version": "1.0"}', "", "an empty state", id="an empty state"),
        pytest.param(
            b'{"plan_format_version": "1.2", "resource_changes": []}', "", "redacted plan of HCP", id="redacted"
        ),
        pytest.param(
            b'{"meta": {}, "encrypted_data": "x", "encryption_version": "v0"}', "", "an encrypted file", id="encrypted"
        ),
        pytest.param(PLAN + PLAN, "", "holds several plans", id="two plans in a row"),
        pytest.param(
            PLAN + b"\n::debug::stdout: " + PLAN.replace(b"small", b"large"),
            "",
            "holds several plans",
            id="another plan where CI repeats its output",
        ),
        pytest.param(
            PLAN.replace(b'"change": {', b'"change": null, "x": {', 1),
            "",
            "expected shape.*terraform show",
            id="no change",
        ),
        pytest.param(b"[" + PLAN + b"," + PLAN + b"]", "", "holds several plans", id="a list of plans"),
        pytest.param(b'{"format_version": 1.2}', "", "JSON of another kind", id="a version and nothing more"),
        pytest.param(
            PLAN.replace(b'"1.2"', b"1.2"), "", "expected shape.*format_version", id="a version that is no text"
        ),
        pytest.param(
            b'{"format_version": "1.2", "resource_changes": {}}', "", "expected shape.*resource_changes", id="an object"
        ),
        pytest.param(b'{"format_version": 1, "serial": 3', ":1|", "expected shape|ends in", id="wrong and truncated"),
    ],
)
def test_a_wrong_file_is_named_with_its_place(data: bytes, place: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(data)
    with pytest.raises(InputError, match=rf"plan\.json({place}).*: .*({said})") as caught:
        open_input(str(path), {})
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("empty-state.json", r"is an empty state"),
        ("provider-schema.json", "is a provider schema"),
        ("validation.json", "is the answer of `terraform validate -json`"),
        ("events.json", "is the event stream of `terraform plan -json`"),
    ],
)
def test_other_documents_of_terraform_are_told_apart(name: str, said: str) -> None:
    with pytest.raises(InputError, match=f"{name}: {said}"):
        open_input(str(CORPUS / "not-plans" / name), {})


@pytest.mark.parametrize(
    ("data", "before", "behind"),
    [
        pytest.param(b"$ terraform show -json p\n" + PLAN, 24, 0, id="a command before"),
        pytest.param(PLAN + b"\n::debug::Terraform exited with code 0.\n", 0, 38, id="words behind"),
        pytest.param(b"[Pipeline] { (Plan)\n" + PLAN + b"\n[Pipeline] // }", 19, 15, id="braces around"),
        pytest.param(b"[" + PLAN + b"]", 1, 1, id="a list of one"),
        pytest.param(b"\xef\xbb\xbflog: " + PLAN, 4, 0, id="a mark, then words"),
    ],
)
def test_text_around_a_plan_is_taken_off_and_said(data: bytes, before: int, behind: int, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(data)
    workload = open_input(str(path), {})
    assert [change.address for change in workload.changes] == ["aws_x.a"]
    (problem,) = workload.problems
    assert problem.level is Level.WARNING
    assert f"{before} bytes of text before the plan and {behind} behind it" in problem.message


@pytest.mark.parametrize("name", ["plan.json", "plan", "plan.txt"])
@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: text.encode("utf-8"), id="utf-8"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="utf-8 with a mark"),
        pytest.param(lambda text: text.encode("utf-16"), id="utf-16 with a mark"),
        pytest.param(lambda text: b"\xfe\xff" + text.encode("utf-16-be"), id="utf-16, big end first"),
        pytest.param(lambda text: text.encode("utf-16-le"), id="utf-16 without a mark"),
        pytest.param(lambda text: text.encode("utf-16-be"), id="utf-16, big end first, without a mark"),
        pytest.param(lambda text: text.encode("utf-32"), id="utf-32 with a mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="lines that end as on Windows"),
    ],
)
def test_encodings_are_understood_under_any_name(encode: Any, name: str, tmp_path: Path) -> None:
    document = plan(entry('aws_x.a["größe"]', type="aws_x", name="a", module_address=""))
    path = tmp_path / name
    path.write_bytes(encode(json.dumps(document, indent=1, ensure_ascii=False)))
    workload = open_input(str(path), {})
    assert [change.address for change in workload.changes] == ['aws_x.a["größe"]']
    assert workload.problems == ()


def test_a_wrapper_that_repeats_the_plan_does_not_make_it_two(tmp_path: Path) -> None:
    one_line = json.dumps(plan(entry("aws_x.a", after={"share": "50%"}))).encode()
    escaped = one_line.replace(b"%", b"%25")
    path = tmp_path / "plan.json"
    echoes = b"\n::debug::stdout: " + escaped + b"%0A\n::set-output name=stdout::" + escaped + b"\n"
    path.write_bytes(b"[command]/bin/terraform show -json p\n" + one_line + echoes)
    assert [change.address for change in open_input(str(path), {}).changes] == ["aws_x.a"]


def test_sorted_keys_are_a_plan_too(tmp_path: Path) -> None:
    path = tmp_path / "sorted.out"
    filler = {"variables": {f"v{number}": {"default": "x" * 100} for number in range(1_000)}}
    path.write_text(json.dumps(plan(entry("aws_x.a"), configuration={"root_module": filler}), sort_keys=True))
    assert len(open_input(str(path), {}).changes) == 1


def test_of_duplicate_keys_the_last_counts_as_in_every_json_reader() -> None:
    text = PLAN.replace(b'"complete": true', b'"complete": true, "complete": false')
    assert json.loads(text)["complete"] is False
    assert read_plan(text, "plan.json", {}).complete is False


def test_numbers_keep_their_value(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    big = 12345678901234567890123456789
    path.write_text(json.dumps(plan(entry("aws_x.a", after={"big": big, "small": 0.1, "whole": 3.0}))))
    attributes = open_input(str(path), {}).changes[0].resource.attributes
    assert attributes.whole("big") == big
    assert str(attributes.number("small")) == "0.1"
    assert attributes.whole("whole") == 3


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        pytest.param("notes.txt", b"hello", "is of no kind that can be read", id="a text"),
        pytest.param("plan.json.gz", gzip.compress(PLAN), "is a gzip archive.*gunzip", id="an archive"),
        pytest.param("photo.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 10, "is an image", id="an image"),
        pytest.param("empty", b"", "is empty", id="nothing"),
    ],
)
def test_a_file_that_nothing_reads_is_named(name: str, data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=f"{name}: {said}"):
        open_input(str(path), {})


def test_what_is_not_there_or_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.json: no such file.*check the path"):
        open_input(str(tmp_path / "gone.json"), {})
    with pytest.raises(InputError, match=r"is a folder in which nothing can be read.*terraform show -json"):
        open_input(str(tmp_path), {})
    with pytest.raises(InputError, match=r"no such file|cannot be read"):
        open_input("a\x00b", {})


def test_a_pipe_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(PLAN + b" " * 200_000,))
    writer.start()
    try:
        assert len(open_input(str(path), {}).changes) == 1
    finally:
        writer.join()
