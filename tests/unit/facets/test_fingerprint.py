"""When two jobs are the same work: seeds, names and places of output apart, all that they are told counts."""

from __future__ import annotations

from typing import Any

import pytest
from tests.policies.manifests import job, pod

from spendgate.facets.fingerprint import Work, fingerprint, work_of
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Capacity, Facets, Pool
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown


def work(spec: dict[str, Any], pods: int = 1) -> Work | None:
    pool = Pool((), Capacity(pods, pods, pods), service="pod", details={"asked": 1})
    resource = Resource("Job/ml/a", "Job", "a", "kubernetes", Attributes({"spec": spec}))
    return work_of(resource, Facets("k8s.workload", pools=(pool,)))


def of(*args: str, **more: Any) -> Work | None:
    return work(job(pod(*args, **more))["spec"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(of("--seed=1"), of("--seed=2"), id="another seed"),
        pytest.param(of("--seed", "1"), of("--seed=2"), id="a seed written in two words"),
        pytest.param(of("trainer.seed=1"), of("trainer.seed=2"), id="a seed of a configuration"),
        pytest.param(of("--run-name=a", "--lr=1"), of("--lr=1", "--run_name=b"), id="another name, another order"),
        pytest.param(of(env={"WANDB_NAME": "a"}), of(env={"WANDB_NAME": "b"}), id="the name of a run in a variable"),
        pytest.param(of("--experiment=a"), of("--experiment=b"), id="another experiment"),
        pytest.param(of("--output_dir=/a"), of("--output_dir=/b"), id="another place of output"),
        pytest.param(of(env={"SEED": "1", "LR": "2"}), of(env={"LR": "2", "SEED": "3"}), id="a seed in a variable"),
        pytest.param(
            of(image="r.example.com/a:1@sha256:aa"), of(image="r.example.com/b@sha256:aa"), id="one image, two tags"
        ),
        pytest.param(
            work({"arguments": {"parameters": [{"name": "seed", "value": "1"}, {"name": "lr", "value": "1"}]}}),
            work({"arguments": {"parameters": [{"name": "lr", "value": "1"}, {"name": "seed", "value": "2"}]}}),
            id="a seed among the parameters of a workflow",
        ),
        pytest.param(
            work({**job(pod("x"))["spec"], "backoffLimit": 3}),
            work(job(pod("x"))["spec"]),
            id="another number of tries",
        ),
        pytest.param(of("python train.py --lr=1"), of("python", "train.py", "--lr=1"), id="a script in one text"),
    ],
)
def test_the_same_work(one: Work, other: Work) -> None:
    assert one == other
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(of("--lr=1"), of("--lr=2"), id="another setting"),
        pytest.param(of("a.py", "b.py"), of("b.py", "a.py"), id="words without a flag have an order"),
        pytest.param(of("--data=s3://a"), of("--data=s3://b"), id="other data"),
        pytest.param(of("--dataset-name=a"), of("--dataset-name=b"), id="the name of other data"),
        pytest.param(of("--model_name=a"), of("--model_name=b"), id="the name of another model"),
        pytest.param(of(env={"LR": "1"}), of(env={"LR": "2"}), id="another variable"),
        pytest.param(of(image="r.example.com/a:1"), of(image="r.example.com/a:2"), id="another image"),
        pytest.param(
            of(volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "a"}}]),
            of(volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "b"}}]),
            id="another volume",
        ),
        pytest.param(work(job(pod("x"))["spec"]), work(job(pod("x"))["spec"], pods=2), id="more pods"),
        pytest.param(
            work({"workflowTemplateRef": {"name": "train"}}),
            work({"workflowTemplateRef": {"name": "eval"}}),
            id="another template",
        ),
        pytest.param(
            work({"arguments": {"parameters": [{"name": "lr", "value": "1"}]}}),
            work({"arguments": {"parameters": [{"name": "lr", "value": "2"}]}}),
            id="another parameter of a workflow",
        ),
        pytest.param(
            work({"entrypoint": "python a.py", "runtimeEnvYAML": "pip: [a]"}),
            work({"entrypoint": "python a.py", "runtimeEnvYAML": "pip: [b]"}),
            id="another environment of Ray",
        ),
    ],
)
def test_other_work(one: Work, other: Work) -> None:
    assert one != other
    assert fingerprint(one) != fingerprint(other)


def training(unknown: Any = False, sensitive: Any = False, **attributes: Any) -> Work | None:
    type_ = "aws_sagemaker_training_job"
    return work_of(Resource("x", type_, "x", "aws", Attributes(attributes, unknown, sensitive)), Facets("ai.job"))


@pytest.mark.parametrize(
    ("unknown", "sensitive"),
    [
        pytest.param({"hyper_parameters": True}, False, id="a part is known only after apply"),
        pytest.param({"hyper_parameters": {"lr": True}}, False, id="a leaf is known only after apply"),
        pytest.param(False, {"hyper_parameters": {"lr": True}}, id="a leaf is secret"),
    ],
)
def test_a_gap_makes_the_fingerprint_unknown_and_stays_in_its_place(unknown: Any, sensitive: Any) -> None:
    found = training(
        unknown, sensitive, algorithm_specification=[{"training_image": "a"}], hyper_parameters={"lr": "1"}
    )
    assert found is not None
    assert [isinstance(part, Unknown) for part in found] == [False, False, True, False, False, False]
    assert isinstance(fingerprint(found), Unknown)


def test_a_job_that_says_nothing_of_its_work_is_none() -> None:
    assert training(training_job_name="a") is None
    assert work_of(Resource("x", "aws_instance", "x", "aws", Attributes({"ami": "a"})), Facets("compute.vm")) is None
