"""Reading files: what the language allows, where it is broken, and what the second reader and evaluator are for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.inputs.terraform_source.roots import by_address, read, value, write

from spendgate.errors import InputError, SpendgateError
from spendgate.inputs.terraform_source import files as files_module
from spendgate.inputs.terraform_source.blocks import GrammarError
from spendgate.inputs.terraform_source.grammar import parse_body

SAMPLE = (Path(__file__).parents[3] / "corpus" / "terraform" / "same-answer" / "main.tf").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeffa = 1\n",
        "a = 1",
        "a = 1\r\nb = 2\r\n",
        "# only a comment",
        "/* a */ b = 1 // c",
        'b "l" word { a = 1 }',
        "b {}",
        "a = [\n 1,\n 2,\n]",
        'a = {\n b = 1\n c : 2,\n "d" = 3\n (e) = 4\n}',
        "a = f(\n 1,\n 2...\n)",
        "a = b ? c : d",
        "a = (\n b\n ? c\n : d\n)",
        "a = <<E\n${b}\nE\n",
        "a = <<-E\n  x\n  E\nb = 1",
        "a = b.c.*.d[0].e",
        "a = b[*].c[0]",
        "a = b.0.c",
        'a = "${b["c"]}-${"${d}"}"',
        "a = x::y::z(1)",
        "a = -b + !c",
        "ä = 1",
    ],
)
def test_the_language_is_read(text: str) -> None:
    parse_body(text.removeprefix("\ufeff"))


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ('resource "a" "b" {\n  x = \n}\n', 2, 7, "a value was expected, not the end of the line"),
        ('resource "a" "b" {\n  x = 1\n', 1, 1, "the block resource is never closed"),
        ("a = 1\n}\n", 2, 1, "a closing brace without an opening one"),
        ('a = "x\n', 1, 5, "not closed on its line"),
        ("a = [1, 2\nb = 3\n", 2, 1, "`]` or `,` was expected"),
        ("a = 1 b = 2\n", 1, 7, "a new line was expected, not `b`"),
        ("a = <<E\nx\n", 1, 5, "the heredoc E has no end"),
        ("a = 1\na = 2\n", 2, 1, "a is set a second time"),
        ('x = "${a"\n', 1, 9, "was expected in a template"),
        ('x = "\\q"\n', 1, 6, "is no escape"),
        ('resource "a" {\n}\n', 1, 1, "a resource block needs two labels"),
        ('variable "a" {}\nvariable "a" {}\n', 2, 1, "declared a second time"),
        ("=\n", 1, 1, "an attribute or a block was expected"),
    ],
)
def test_an_error_names_file_line_and_column(text: str, line: int, column: int, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    found = caught.value
    assert (found.file, found.line, found.column) == (str(tmp_path / "main.tf"), line, column)
    assert message in found.message


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x00\x01", b"a = \xe9\n"])
def test_bytes_that_are_no_text_are_an_error(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_bytes(data)
    with pytest.raises(InputError) as caught:
        read(tmp_path, {})
    assert caught.value.file == str(tmp_path / "main.tf")


def test_broken_json_names_its_place(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, {"main.tf.json": '{"resource":\n  {,}}'})
    assert (caught.value.line, caught.value.column) == (2, 4)


def test_a_file_that_only_the_second_reader_understands_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(text: str) -> None:
        raise GrammarError("not understood", 3)

    monkeypatch.setattr(files_module, "parse_body", refuse)
    text = (
        'variable "n" {\n  default = 2\n}\nresource "a_b" "c" {\n  count = var.n\n  x = "v-${var.n}"\n'
        '  tags = { k = upper("a") }\n  disk {\n    size = 5\n  }\n}\n'
    )
    workload = read(tmp_path, text)
    assert sorted(by_address(workload)) == ["a_b.c[0]", "a_b.c[1]"]
    assert by_address(workload)["a_b.c[0]"].resource.attributes.values == {
        "x": "v-2",
        "tags": {"k": "A"},
        "disk": [{"size": 5}],
    }
    assert "python-hcl2" in workload.problems[0].message


def test_functions_that_are_not_evaluated_here_are_asked_of_tfparse(tmp_path: Path) -> None:
    text = (
        'variable "n" { default = "x" }\nresource "a_b" "c" {\n  x = yamlencode({ a = var.n })\n'
        '  tags = { y = formatdate("YYYY", "2026-01-02T03:04:05Z") }\n  disk {\n    z = yamlencode(a_b.d.id)\n  }\n}\n'
        'resource "a_b" "d" {}\n'
    )
    workload = read(tmp_path, text)
    assert value(workload, "a_b.c", "x") == '"a": "x"\n'
    assert value(workload, "a_b.c", "tags.y") == "2026"
    assert by_address(workload)["a_b.c"].resource.attributes.unknown == {"disk": [{"z": True}]}


def test_without_tfparse_they_stay_unknown_and_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tfparse", None)
    workload = read(tmp_path, 'resource "a_b" "c" {\n  x = yamlencode({ a = 1 })\n}\n')
    assert by_address(workload)["a_b.c"].resource.attributes.unknown == {"x": True}
    assert "spendgate[terraform-source]" in workload.problems[0].message


def test_files_of_the_machine_are_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"in.txt": "inside", "t.tpl": "a ${name}"})
    text = (
        'resource "a_b" "c" {\n  a = file("${path.module}/in.txt")\n  b = templatefile("t.tpl", { name = "n" })\n'
        '  c = fileexists("in.txt")\n  d = fileset(path.module, "*.t*")\n}\n'
        'resource "a_b" "out" {\n  a = file("/etc/hostname")\n  b = file("../../../../../../etc/hostname")\n}\n'
    )
    workload = read(tmp_path, text)
    values = by_address(workload)["a_b.c"].resource.attributes.values
    assert values == {"a": "inside", "b": "a n", "c": True, "d": ["in.txt", "main.tf", "t.tpl"]}
    assert by_address(workload)["a_b.out"].resource.attributes.unknown == {"a": True, "b": True}


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_done_to_source_ends_in_a_workload_or_an_error_for_the_user(
    tmp_path: Path, data: st.DataObject
) -> None:
    text = SAMPLE
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 40))
        piece = data.draw(
            st.sampled_from(
                ["", "{", "}", '"', "${", "[", "]", "=", "\n", "for", "?", "...", "*", "<<E\n", "é", "9", "null"]
            )
        )
        text = text[:at] + piece + text[at + length :]
    text = text.replace("./modules", "./nowhere")
    try:
        workload = read(tmp_path, text)
    except SpendgateError:
        return
    workload.references.edges()
    for change in workload.changes:
        workload.locate(change.address, "input.x")
