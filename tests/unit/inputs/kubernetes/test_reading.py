"""What is read from manifests, where it stands, and what is said of what cannot be read."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from spendgate.errors import InputError
from spendgate.inputs import open_input
from spendgate.inputs.kubernetes import KUBERNETES, read_manifests
from spendgate.model.resource import Action, Level, Workload
from spendgate.model.values import Unknown

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: ml}\nspec: {containers: [{name: c, image: x}]}\n"
JOB = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: train\nspec:\n  parallelism: 2\n"


def read(tmp_path: Path, text: str, name: str = "m.yaml") -> Workload:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_manifests([path], {})


def addresses(workload: Workload) -> list[str]:
    return [change.address for change in workload.changes]


def errors(workload: Workload) -> list[tuple[str, int | None]]:
    return [(problem.message, problem.line) for problem in workload.problems if problem.level is Level.ERROR]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(POD, ["Pod/ml/a"], id="one document"),
        pytest.param(POD + "---\n" + JOB, ["Job/default/train", "Pod/ml/a"], id="several documents"),
        pytest.param("---\n# only a comment\n---\n" + POD, ["Pod/ml/a"], id="empty documents are left out"),
        pytest.param("apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n", ["Node/n1"], id="outside namespaces"),
        pytest.param(
            "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: s}\n---\n"
            "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n",
            ["Service.serving.knative.dev/default/s", "Service/default/s"],
            id="two groups use one kind",
        ),
        pytest.param(
            "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {generateName: run-}\n",
            ["Workflow/default/run-*"],
            id="a generated name",
        ),
        pytest.param("apiVersion: v1\nkind: List\nitems:\n" + "".join("- " + line if n == 0 else "  " + line for n, line in enumerate(POD.splitlines(True))), ["Pod/ml/a"], id="a list"),
        pytest.param(json.dumps({"apiVersion": "v1", "kind": "NodeList", "items": [{"metadata": {"name": "n1"}}]}), ["Node/n1"], id="a typed list whose items have no kind"),
        pytest.param(json.dumps([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}}]), ["Namespace/x"], id="a bare JSON list"),
    ],
)  # fmt: skip
def test_objects_are_found(tmp_path: Path, text: str, expected: list[str]) -> None:
    workload = read(tmp_path, text)
    assert addresses(workload) == expected
    assert workload.problems == ()
    assert {change.action for change in workload.changes} == {Action.DECLARE}
    assert all(change.before is None for change in workload.changes)


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        pytest.param("apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n", "YAML allows no tabs", 4, id="a tab"),
        pytest.param("apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n   labels: y\n", "is not valid YAML", 5, id="a wrong indent"),
        pytest.param("apiVersion: v1\nkind: Pod\nspec: &a\n  x: *a\n", "holds itself", 3, id="a cyclic anchor"),
        pytest.param("apiVersion: v1\nkind: Pod\nkind: Job\n", "has the key 'kind' twice", 3, id="a key twice"),
        pytest.param("apiVersion: v1\nkind: Pod\nspec: !!python/object:os.system {}\n", "is not allowed", 3, id="a foreign tag on a map"),
        pytest.param("apiVersion: v1\nkind: Pod\nx: !secret y\n", "is not allowed", 3, id="a foreign tag on a text"),
        pytest.param("apiVersion: v1\nmetadata: {name: x}\n", "kind missing", 1, id="no kind"),
        pytest.param("kind: Pod\nmetadata: {name: x}\n", "apiVersion missing", 1, id="no version"),
        pytest.param("metadata: {name: x}\nspec: {}\n", "apiVersion and kind missing", 1, id="neither"),
        pytest.param("apiVersion: v1\nkind: Pod\nmetadata: [x]\n", "metadata is no map", 3, id="metadata is a list"),
        pytest.param("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n", "unrendered Helm template", 1, id="a Helm value"),
        pytest.param("{{- if .Values.gpu }}\napiVersion: v1\nkind: Pod\n{{- end }}\n", "unrendered Helm template", 1, id="a Helm condition"),
        pytest.param("apiVersion: v1\nkind: Pod\nmetadata:\n  name: \"{{ .Release.Name }}-x\"\n", "unrendered Helm template", 1, id="a quoted Helm value"),
        pytest.param("- just text\n", "is no Kubernetes object", 1, id="a list of texts"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_the_rest_is_read(tmp_path: Path, text: str, said: str, line: int) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a-bad.yaml").write_text(text)
    (tmp_path / "folder" / "z-good.yaml").write_text(POD)
    found = errors(read(tmp_path, text))
    assert len(found) == 1
    assert said in found[0][0]
    assert found[0][1] == line
    folder = read_manifests([tmp_path / "folder"], {})
    assert addresses(folder) == ["Pod/ml/a"]


def test_a_broken_document_hides_no_other_of_its_file(tmp_path: Path) -> None:
    workload = read(tmp_path, POD + "---\nkind: [\n---\n" + JOB)
    assert addresses(workload) == ["Job/default/train", "Pod/ml/a"]
    assert len(errors(workload)) == 1


def test_a_billion_laughs_file_is_refused_quickly(tmp_path: Path) -> None:
    rows = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    rows += [f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]" for n in range(9)]
    found = errors(read(tmp_path, "\n".join(rows)))
    assert len(found) == 1
    assert "aliases" in found[0][0]


def test_merge_keys_and_old_booleans_are_understood(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nbase: &b {x: 1, y: 2}\nspec: {<<: *b, y: 3, hostNetwork: yes}\n"
    values = read(tmp_path, text).changes[0].resource.attributes
    assert values.get("spec") == {"x": 1, "y": 3, "hostNetwork": True}


def test_lines_of_objects_and_of_fields(tmp_path: Path) -> None:
    workload = read(
        tmp_path,
        "# head\n" + POD + "---\n" + JOB + "  template:\n    metadata:\n      labels:\n        example.com/team: a\n",
    )
    path = str(tmp_path / "m.yaml")
    at = lambda address, field=None: workload.locate(address, field)  # noqa: E731
    assert (at("Pod/ml/a").file, at("Pod/ml/a").line) == (path, 3)
    assert at("Job/default/train", "spec.parallelism").line == 12
    assert at("Job/default/train", "spec.template.metadata.labels.example.com/team").line == 16
    assert at("Job/default/train", "spec.nothing.here").line == 11, "the nearest parent"
    assert at("Job/default/other") is None


def test_lines_in_a_json_list(tmp_path: Path) -> None:
    text = json.dumps(
        {"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}]},
        indent=1,
    )
    found = read(tmp_path, text, "list.json").locate("Pod/default/a", "metadata.name")
    assert found is not None
    assert text.splitlines()[(found.line or 0) - 1].strip() == '"name": "a"'


def test_what_a_controller_made_is_counted_at_the_controller(tmp_path: Path) -> None:
    owned = "apiVersion: v1\nkind: Pod\nmetadata: {name: d-1, ownerReferences: [{kind: ReplicaSet, name: d, controller: true}]}\n"
    stray = "apiVersion: v1\nkind: Pod\nmetadata: {name: lost, ownerReferences: [{kind: ReplicaSet, name: gone, controller: true}]}\n"
    owner = "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: d}\n"
    workload = read(tmp_path, "---\n".join((owned, stray, owner)))
    assert addresses(workload) == ["Pod/default/lost", "ReplicaSet/default/d"]
    assert "1 object left out" in workload.problems[0].message


def test_one_name_twice_is_kept_twice_and_said(tmp_path: Path) -> None:
    workload = read(tmp_path, POD + "---\n" + POD)
    assert addresses(workload) == ["Pod/ml/a", "Pod/ml/a#2"]
    assert [(p.level, p.line) for p in workload.problems] == [(Level.WARNING, 6)]


def test_secrets_are_marked(tmp_path: Path) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {key: aGk=}\n"
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, env: [{name: MODEL, value: m}, {name: HF_TOKEN, value: t}]}]}\n"
    by_address = {
        change.address: change.resource.attributes for change in read(tmp_path, secret + "---\n" + pod).changes
    }
    assert isinstance(by_address["Secret/default/s"].get("data.key"), Unknown)
    assert by_address["Pod/default/p"].get("spec.containers.0.env.0.value") == "m"
    assert isinstance(by_address["Pod/default/p"].get("spec.containers.0.env.1.value"), Unknown)


def test_kubectls_copy_of_an_object_is_dropped(tmp_path: Path) -> None:
    text = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}", other: x}\n'
    assert read(tmp_path, text).changes[0].resource.attributes.get("metadata.annotations") == {"other": "x"}


class TestFolders:
    """A folder is read for what it holds; what is not Kubernetes is passed over."""

    def test_other_files_are_remarks_not_errors(self, tmp_path: Path) -> None:
        (tmp_path / "pod.yml").write_text(POD)
        (tmp_path / "values.yaml").write_text("replicas: 2\n")
        (tmp_path / "package.json").write_text("{}")
        (tmp_path / "notes.txt").write_text("kind: nothing")
        (tmp_path / ".hidden").mkdir()
        (tmp_path / ".hidden" / "x.yaml").write_text("a: [")
        workload = read_manifests([tmp_path], {})
        assert addresses(workload) == ["Pod/ml/a"]
        assert [problem.level for problem in workload.problems] == [Level.INFO]

    def test_a_chart_is_named_and_not_read(self, tmp_path: Path) -> None:
        chart = tmp_path / "chart"
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text("apiVersion: v2\nname: c\n")
        (chart / "templates" / "d.yaml").write_text("kind: {{ .Values.k }}")
        (tmp_path / "pod.yaml").write_text(POD)
        workload = read_manifests([tmp_path], {})
        assert addresses(workload) == ["Pod/ml/a"]
        assert [message for message, _ in errors(workload)] == [
            "is a Helm chart that is not rendered (render it first: helm template CHART | spendgate check -)"
        ]

    @pytest.mark.parametrize(
        ("kustomization", "undetermined"),
        [
            ("resources: [pod.yaml]\n", []),
            ("resources: [pod.yaml]\npatches: [{path: p.yaml}]\n", [True]),
            ("resources: [../base]\n", [True]),
            ("resources: [\n", [True]),
        ],
        ids=["a list of files is as good as the files", "patches", "a base elsewhere", "broken"],
    )
    def test_an_unbuilt_kustomization_forbids_a_plain_pass(
        self, tmp_path: Path, kustomization: str, undetermined: list[bool]
    ) -> None:
        (tmp_path / "kustomization.yaml").write_text(kustomization)
        (tmp_path / "pod.yaml").write_text(POD)
        workload = read_manifests([tmp_path], {})
        assert [problem.undetermined for problem in workload.problems] == undetermined

    def test_an_empty_folder_is_no_pass(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="nothing can be read"):
            open_input(str(tmp_path), {})

    def test_a_folder_is_recognised(self, tmp_path: Path) -> None:
        (tmp_path / "deep" / "er").mkdir(parents=True)
        (tmp_path / "deep" / "er" / "pod.yaml").write_text(POD)
        assert addresses(open_input(str(tmp_path), {})) == ["Pod/ml/a"]


@pytest.mark.parametrize(
    "text", [POD, "---\n" + POD, "# Source: chart/templates/pod.yaml\n" + POD], ids=["plain", "marker", "comment"]
)
def test_standard_input_is_recognised(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(text.encode()))))  # type: ignore[type-var]
    workload = open_input("-", {})
    assert addresses(workload) == ["Pod/ml/a"]
    assert workload.origin == "standard input"


def test_an_empty_list_of_objects_is_readable(tmp_path: Path) -> None:
    assert addresses(read(tmp_path, '{"apiVersion": "v1", "kind": "List", "items": []}')) == []


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        (b"apiVersion: v1\nkind: Pod\n", True),
        (b"\xff\xfe" + "kind: Pod\n".encode("utf-16-le"), True),
        (b'{"apiVersion":"v1","kind":"List"}', True),
        (b'{"format_version":"1.2","kind":"x","apiVersion":"y"}', False),
        (b"model_list:\n- model_name: gpt\n", False),
        (b"PK\x03\x04", False),
        (b"", False),
    ],
    ids=["manifest", "utf-16", "json", "a plan", "another yaml", "an archive", "nothing"],
)
def test_what_is_claimed(head: bytes, claimed: bool) -> None:
    assert KUBERNETES.claims(Path("file.yaml"), head) is claimed


@pytest.mark.parametrize("name", ["_parts.tpl", "engine.yaml"])
def test_a_partial_of_a_chart_is_named_for_what_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text('{{/* arguments */}}\n{{- define "chart.arguments" -}}\n- {{ .url | quote }}\n{{- end }}\n')
    workload = open_input(str(path), {})
    assert workload.changes == ()
    assert "unrendered Helm template" in errors(workload)[0][0]


def test_lines_in_a_list_are_those_of_its_objects(tmp_path: Path) -> None:
    items = "\n".join(f"- {{apiVersion: v1, kind: Pod, metadata: {{name: p{number}}}}}" for number in range(400))
    path = tmp_path / "list.yaml"
    path.write_text(f"apiVersion: v1\nkind: List\nitems:\n{items}\n")
    found = read_manifests([path], {})
    lines = [place.line for number in range(400) if (place := found.locate(f"Pod/default/p{number}"))]
    assert lines == list(range(4, 404))


def test_the_line_of_an_object_is_that_of_its_kind_also_behind_text_that_looks_like_it(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("---\napiVersion: v1\ndata:\n  text: |\n    kind: Other\n\nkind: ConfigMap\nmetadata: {name: c}\n")
    place = read_manifests([path], {}).locate("ConfigMap/default/c")
    assert place is not None
    assert place.line == 7
