"""Configurations of gateways: what is recognised, taken over, refused with its line, and that no secret gets into a run."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spendgate.api import check
from spendgate.errors import InputError
from spendgate.inputs import COMPARISONS, open_input
from spendgate.inputs.llm_gateway import looks_like_gateway
from spendgate.model.resource import Action, Level, Workload
from spendgate.wire import v1

ONE = "model_list:\n  - model_name: gpt-4o\n    litellm_params:\n      model: openai/gpt-4o\n"
SECRETS = """model_list:
  - model_name: a
    litellm_params:
      model: azure/a
      api_key: sk-hidden-0123456789
      api_base: https://me:hidden-password@acme.example.com:8443/v1?sig=hidden-signature
      aws_secret_access_key: hidden-access
      extra_headers: {Authorization: hidden-header}
litellm_settings:
  cache_params: {type: redis, host: hidden-host, password: hidden-password}
  callbacks: [hidden-callback]
router_settings: {redis_password: hidden-password, redis_host: hidden-host, redis_url: "redis://:hidden@h"}
general_settings:
  master_key: sk-hidden-master-key
  database_url: postgresql://me:hidden@db/x
  alert_to_webhook_url: {budget_alerts: "https://hooks.example.com/hidden"}
environment_variables: {OPENAI_API_KEY: sk-hidden-variable, DEBUG: 1}
credential_list: [{credential_name: a, credential_values: {api_key: hidden-credential}}]
"""


def read(folder: Path, text: str, name: str = "config.yaml") -> Workload:
    """The workload of a configuration in a file."""
    (folder / name).write_text(text, encoding="utf-8")
    return open_input(str(folder / name), {})


def addresses(workload: Workload) -> list[str]:
    return [change.address for change in workload.changes]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"model_list:\n  - a\n", True),
        (b"# a comment\nlitellm_settings:\n", True),
        (b"router_settings: {}\ngeneral_settings: {}\n", True),
        (b'{"model_list": []}', True),
        (b"general_settings: {}\n", False),
        (b"apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    model_list:\n", False),
        (b"kind: X\nmodel_list:\n", False),
        (b"  model_list: []\n", False),
    ],
    ids=["models", "settings", "two sections", "braces", "one common word", "a ConfigMap", "an object", "deeper down"],
)
def test_a_configuration_is_told_by_its_sections(head: bytes, expected: bool) -> None:
    assert looks_like_gateway(head) is expected


def test_the_gateway_and_each_model_become_resources(tmp_path: Path) -> None:
    text = (
        ONE
        + "  - model_name: gpt-4o\n    litellm_params: {model: azure/b}\n  - {model_name: c, litellm_params: {model: c}}\n"
    )
    workload = read(tmp_path, text, "litellm-prod.yaml")
    assert addresses(workload) == [
        "litellm_model.c",
        "litellm_model.gpt-4o[0]",
        "litellm_model.gpt-4o[1]",
        "litellm_proxy.litellm-prod",
    ]
    assert {change.action for change in workload.changes} == {Action.DECLARE}
    assert workload.source == "gateway"


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    text = ONE + "      rpm: 10\ngeneral_settings:\n  store_model_in_db: false\n"
    workload = read(tmp_path, text)
    found = [
        workload.locate("litellm_model.gpt-4o"),
        workload.locate("litellm_model.gpt-4o", "litellm_params.rpm"),
        workload.locate("litellm_proxy.config", "general_settings.store_model_in_db"),
        workload.locate("litellm_proxy.config", "litellm_settings.cache"),
    ]
    assert [place.line for place in found if place] == [2, 5, 7, 1]
    assert workload.locate("litellm_model.other") is None


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (ONE + "modellist: []\n", 5, "is no section that a gateway reads"),
        (ONE + "      rpm: many\n", 5, "litellm_params.rpm is a text, a number of zero or more was expected"),
        (ONE + "      tpm: -1\n", 5, "is a number, a number of zero or more was expected"),
        (ONE + "      budget_duration: monthly\n", 5, "a duration"),
        (ONE + "      api_base: [a]\n", 5, "is a list, an address was expected"),
        ("model_list:\n  a: {}\n", 1, "model_list is a map, a list was expected"),
        ("model_list:\n  - a\n", 2, "model_list.0 is a text, a map was expected"),
        ("model_list:\n  - litellm_params: {model: a}\n", 2, "model_name is missing"),
        ("model_list:\n  - model_name: a\n", 2, "litellm_params.model is missing"),
        ("model_list:\n  -\n", 2, "model_name is missing"),
        ("litellm_settings: on\n", 1, "litellm_settings is true or false, a map was expected"),
        ("litellm_settings:\n  cache: maybe\n", 2, "cache is a text, true or false was expected"),
        ("litellm_settings:\n  fallbacks: {a: [b]}\n", 2, "a list of maps from a model to a list of models was expected"),
        ("litellm_settings:\n  fallbacks: [{a: b}]\n", 2, "was expected"),
        ("model_list: []\nrouter_settings:\n  provider_budget_config: {openai: 100}\n", 3, "openai is a number, a map was expected"),
        ("model_list: []\nrouter_settings:\n  model_group_alias: {a: [b]}\n", 3, "a map from a name to a model was expected"),
        ("model_list: []\ninclude: other.yaml\n", 2, "include is no list of files"),
        ("model_list:\n  - {a: [}\n", 2, "is not valid YAML"),
        ("model_list:\n\t- a\n", 2, "is not valid YAML"),
        ("model_list: []\nmodel_list: []\n", 2, "has the key 'model_list' twice"),
        ("model_list: []\n---\nmodel_list: []\n", 2, "holds several documents"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, text)
    assert message in raised.value.message
    assert (raised.value.file, raised.value.line) == (str(tmp_path / "config.yaml"), line)


def test_a_slip_in_a_section_gets_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, ONE + "litelm_settings: {}\n")
    assert raised.value.hint == "did you mean litellm_settings?"


def test_no_secret_gets_into_a_run(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(SECRETS, encoding="utf-8")
    report = check([tmp_path / "config.yaml"], packs=["llm"])
    workload = open_input(str(tmp_path / "config.yaml"), {})
    said = v1.encode(report).decode() + repr(workload.changes) + repr(workload.problems)
    assert "hidden" not in said
    assert "acme.example.com:8443/v1" in said


def test_keys_in_plain_text_are_a_warning_that_does_not_repeat_them(tmp_path: Path) -> None:
    problems = read(tmp_path, SECRETS).problems
    assert [(problem.level, problem.line) for problem in problems] == [(Level.WARNING, 14)]
    assert "general_settings.master_key stands in plain text (2 more below it)" in problems[0].message


def test_references_to_the_environment_are_no_secrets_and_no_values(tmp_path: Path) -> None:
    workload = read(tmp_path, ONE + "      rpm: os.environ/RPM\n      api_key: os.environ/KEY_OF_OPENAI\n")
    model = workload.changes[0].resource.attributes
    assert list(model.unknown_paths()) == ["litellm_params.rpm"]
    assert workload.problems == ()


def test_words_for_booleans_and_merged_keys_are_those_of_the_gateways_own_reader(tmp_path: Path) -> None:
    text = "litellm_settings: {cache: yes}\nmodel_list:\n  - &a {model_name: a, litellm_params: {model: a}}\n  - {<<: *a, model_name: b}\n"
    workload = read(tmp_path, text)
    assert addresses(workload) == ["litellm_model.a", "litellm_model.b", "litellm_proxy.config"]
    assert workload.changes[2].resource.attributes.flag("litellm_settings.cache") is True


def test_included_files_are_read_from_beside(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(ONE + "include: [config.yaml, models.yaml]\n", encoding="utf-8")
    workload = read(tmp_path, "include: [models.yaml]\nlitellm_settings: {max_budget: 5}\n")
    place = workload.locate("litellm_model.gpt-4o")
    assert place is not None
    assert place.file == str(tmp_path / "models.yaml")


def test_an_included_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, "include: [models.yaml]\nlitellm_settings: {}\n")
    assert (raised.value.file, raised.value.message) == (str(tmp_path / "models.yaml"), "no such file")


def test_models_that_are_kept_in_a_database_are_spoken_of(tmp_path: Path) -> None:
    problems = read(tmp_path, ONE + "general_settings: {store_model_in_db: true}\n").problems
    assert ["store_model_in_db" in problem.message for problem in problems] == [True]


def test_two_states_are_compared_whatever_their_files_are_called(tmp_path: Path) -> None:
    base = read(tmp_path, ONE + "litellm_settings: {cache: true}\n", "old.yaml")
    head = read(tmp_path, ONE.replace("gpt-4o", "gpt-4.1") + "litellm_settings: {cache: true}\n", "new.yaml")
    found = COMPARISONS.get("gateway")(base, head)
    assert {change.address: change.action for change in found.changes} == {
        "litellm_model.gpt-4.1": Action.CREATE,
        "litellm_model.gpt-4o": Action.DELETE,
        "litellm_proxy.new": Action.NO_OP,
    }


CONFIG_MAP = """apiVersion: v1
kind: ConfigMap
metadata: {name: gateway, namespace: ml}
data:
  config.yaml: |
    model_list:
      - model_name: gpt-4o
        litellm_params: {model: openai/gpt-4o, rpm: RPM}
"""


def test_a_config_map_may_carry_one(tmp_path: Path) -> None:
    workload = read(tmp_path, CONFIG_MAP.replace("RPM", "10"), "all.yaml")
    assert addresses(workload) == [
        "ConfigMap/ml/gateway",
        "litellm_model.ml/gateway/gpt-4o",
        "litellm_proxy.ml/gateway",
    ]
    place = workload.locate("litellm_model.ml/gateway/gpt-4o", "litellm_params.rpm")
    assert place is not None
    assert place.line == 8


def test_what_is_wrong_in_a_config_map_is_a_problem_with_its_line(tmp_path: Path) -> None:
    problems = read(tmp_path, CONFIG_MAP.replace("RPM", "many"), "all.yaml").problems
    assert [(problem.level, problem.line) for problem in problems] == [(Level.ERROR, 8)]


def test_one_in_a_folder_of_manifests_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(ONE, encoding="utf-8")
    (tmp_path / "all.yaml").write_text(CONFIG_MAP.replace("RPM", "10"), encoding="utf-8")
    problems = open_input(str(tmp_path), {}).problems
    assert [(problem.level, problem.file) for problem in problems] == [(Level.WARNING, str(tmp_path / "config.yaml"))]


@pytest.mark.parametrize("name", ["config.yaml", "litellm.yml", "proxy_config.yaml"])
def test_a_folder_with_one_configuration_is_read_as_that(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(ONE, encoding="utf-8")
    (tmp_path / "README.md").write_text("model_list: of what\n")
    (tmp_path / "values.yaml").write_text("a: 1\n")
    alone, found = open_input(str(tmp_path / name), {}), open_input(str(tmp_path), {})
    assert (found.source, found.changes, found.problems) == ("gateway", alone.changes, alone.problems)


def test_a_configuration_with_what_it_includes_is_one(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("include: [models.yaml]\nlitellm_settings: {num_retries: 2}\n")
    (tmp_path / "models.yaml").write_text(ONE, encoding="utf-8")
    found = open_input(str(tmp_path), {})
    assert found.source == "gateway"
    assert "litellm_proxy.config" in [change.address for change in found.changes]


def test_two_configurations_in_a_folder_are_refused_with_their_names(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(ONE, encoding="utf-8")
    with pytest.raises(InputError, match=r"several LLM gateways \(a\.yaml, b\.yaml\)"):
        open_input(str(tmp_path), {})


def test_settings_without_models_make_no_gateway_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("litellm_settings: {}\n")
    with pytest.raises(InputError, match="nothing can be read"):
        open_input(str(tmp_path), {})


@pytest.mark.parametrize(
    ("name", "text", "source"),
    [
        ("main.tf", 'variable "x" {}\n', "source"),
        (
            "estate.yaml",
            "inventory: 1\nresources:\n  - {type: aws_instance, name: a, attributes: {instance_type: t3.micro}}\n",
            "inventory",
        ),
    ],
)
def test_one_beside_source_or_exports_is_named(name: str, text: str, source: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(ONE, encoding="utf-8")
    (tmp_path / name).write_text(text)
    found = open_input(str(tmp_path), {})
    assert found.source == source
    assert [(problem.level, problem.file) for problem in found.problems] == [(Level.WARNING, str(tmp_path / "config.yaml"))]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=300), cut=st.integers(0, len(SECRETS)))
def test_anything_is_read_or_refused_as_an_input(tmp_path_factory: pytest.TempPathFactory, text: str, cut: int) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "config.yaml"
    path.write_text(f"model_list:\n{SECRETS[11:cut]}{text}", encoding="utf-8", errors="replace")
    with contextlib.suppress(InputError):
        assert open_input(str(path), {}).source == "gateway"
