"""How many accelerators the processes of a machine use, by what starts them."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest
from tests.policies.manifests import job, pod

from spendgate.facets.processes import processes_of
from spendgate.model.attributes import Attributes
from spendgate.model.facets import Facets
from spendgate.model.resource import Resource
from spendgate.model.values import Unknown


def found(sensitive: Any = False, **attributes: Any) -> Any:
    resource = Resource("a", "aws_instance", "a", "aws", Attributes(attributes, False, sensitive))
    return processes_of(resource, Facets("compute.vm"))


def of_pod(*args: str, **more: Any) -> Any:
    values = {"spec": job(pod(*args, gpus=8, **more))["spec"]}
    return processes_of(Resource("a", "Job", "a", "kubernetes", Attributes(values)), Facets("k8s.workload"))


SCRIPT = "#!/bin/bash\ntorchrun --nproc_per_node=4 train.py\n"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(found(user_data=SCRIPT), 4, id="user data"),
        pytest.param(found(user_data_base64=b64encode(SCRIPT.encode()).decode()), 4, id="user data in base64"),
        pytest.param(found(custom_data=b64encode(b"export CUDA_VISIBLE_DEVICES=0,1\n").decode()), 2, id="devices"),
        pytest.param(found(metadata={"startup-script": SCRIPT}), 4, id="a startup script"),
        pytest.param(found(hyper_parameters={"nproc_per_node": "2"}), 2, id="hyperparameters"),
        pytest.param(found(environment={"CUDA_VISIBLE_DEVICES": "0,1,2"}), 3, id="an environment"),
        pytest.param(of_pod("torchrun", "--nproc-per-node", "2"), 2, id="arguments of a pod"),
        pytest.param(of_pod("torchrun --nproc_per_node=2 train.py"), 2, id="a script of a pod"),
        pytest.param(of_pod(env={"CUDA_VISIBLE_DEVICES": "0"}), 1, id="devices of a pod"),
        pytest.param(of_pod("torchrun", "--nproc_per_node=gpu"), None, id="as many as there are"),
        pytest.param(found(user_data="#!/bin/bash\necho hello\n"), None, id="a script that says nothing"),
        pytest.param(found(user_data="not base64!"), None, id="no script at all"),
        pytest.param(found({"user_data": True}, user_data=SCRIPT), None, id="a secret script"),
    ],
)
def test_processes(said: Any, expected: int | None) -> None:
    assert said == (Decimal(expected) if expected is not None else None)


def test_a_number_that_is_filled_in_later_is_unknown() -> None:
    assert isinstance(of_pod("torchrun", "--nproc_per_node=$(GPUS)"), Unknown)
