"""What model a workload serves or trains and how: arguments and environment of vLLM, TGI, Triton, SGLang, torchrun, DeepSpeed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from math import prod
from typing import Any

from spendgate.facets.callers import PROVIDER_KEY, is_gateway
from spendgate.facets.kubernetes.checkpoints import shows_checkpoints
from spendgate.facets.kubernetes.demand import containers_of
from spendgate.facets.kubernetes.reading import dig, maps, quantity, texts
from spendgate.facets.training import parameters_billions
from spendgate.model.values import Unknown

_ENGINES: tuple[tuple[str, str], ...] = (
    ("vllm", r"vllm|llm-d(?!\w)"),
    ("tgi", r"text-generation-inference|text-generation-launcher"),
    ("sglang", r"sglang"),
    ("tei", r"text-embeddings-inference"),
    ("tensorrt-llm", r"tensorrt[-_]?llm|trtllm"),
    ("triton", r"tritonserver|triton-inference"),
    ("ollama", r"ollama"),
    ("torchserve", r"torchserve"),
    ("kserve", r"huggingfaceserver"),
    ("deepspeed", r"deepspeed"),
    ("torchrun", r"torchrun|torch\.distributed\.(run|launch)"),
    ("accelerate", r"accelerate\s+launch"),
    ("jetstream", r"jetstream|maxengine"),
    ("nemo", r"nvcr\.io/nvidia/nemo|\bnemo\b"),
)  # fmt: skip
_ENGINE_PATTERNS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _ENGINES)
_PHASES: Mapping[str, str] = {
    **dict.fromkeys(
        ("vllm", "tgi", "sglang", "tensorrt-llm", "triton", "ollama", "torchserve", "kserve", "jetstream"), "infer"
    ),
    "tei": "embed",
    **dict.fromkeys(("deepspeed", "torchrun", "accelerate", "nemo"), "train"),
}
_LLM_FORMATS = ("huggingface", "vllm")
_LLM_ENGINES = frozenset({"vllm", "tgi", "sglang", "tensorrt-llm", "ollama", "jetstream", "tei"})
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("notebook", re.compile(r"jupyter|notebook", re.IGNORECASE)),
    ("tune", re.compile(r"fine[-_]?tun|lora|\bsft\b|\bdpo\b|\bgrpo\b|\btrl\b", re.IGNORECASE)),
    ("train", re.compile(r"(?<![a-z])(?:pre)?train(?:ing|er)?(?![a-z])|megatron|maxtext", re.IGNORECASE)),
    ("prepare", re.compile(r"(?<![a-z])(?:preprocess|tokeni[sz]e|etl|spark)", re.IGNORECASE)),
)

_NAMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("model", ("model", "model-id", "model-path", "model_name_or_path", "model-name-or-path", "model_id", "pretrained-model")),
    ("dtype", ("dtype", "torch-dtype", "precision", "mixed-precision", "mixed_precision")),
    ("quantization", ("quantization", "quantize")),
    ("kv_cache_dtype", ("kv-cache-dtype",)),
    ("tensor_parallel", ("tensor-parallel-size", "tp", "tp-size", "num-shard", "tensor_parallel_size", "tensor-parallel")),
    ("pipeline_parallel", ("pipeline-parallel-size", "pp", "pp-size")),
    ("data_parallel", ("data-parallel-size", "dp", "dp-size")),
    ("max_model_len", ("max-model-len", "max-total-tokens", "context-length")),
    ("max_num_seqs", ("max-num-seqs", "max-concurrent-requests")),
    ("gpu_memory_utilization", ("gpu-memory-utilization", "mem-fraction-static", "cuda-memory-fraction")),
    ("processes_per_node", ("nproc-per-node", "nproc_per_node", "num_gpus", "num-gpus")),
    ("trials", ("num_samples", "num-samples", "n_trials", "n-trials", "max_trials", "max-trials")),
    ("parallel_trials", ("max_concurrent_trials", "max-concurrent-trials", "n_jobs", "n-jobs")),
    ("settings_file", ("config", "config-file")),
    ("nodes", ("nnodes", "num_nodes", "num-nodes", "num_machines")),
)  # fmt: skip
_FLAG_OF = {flag: name for name, flags in _NAMES for flag in flags}
_SHORT = {"-tp": "tensor_parallel", "-pp": "pipeline_parallel", "-dp": "data_parallel"}
_SWITCHES: Mapping[str, tuple[str, bool]] = {
    "enforce-eager": ("enforce_eager", True),
    "enable-prefix-caching": ("prefix_caching", True),
    "disable-radix-cache": ("prefix_caching", False),
    "no-enable-prefix-caching": ("prefix_caching", False),
    "bf16": ("mixed_precision", True),
    "fp16": ("mixed_precision", True),
    "load_in_4bit": ("adapter_tuning", True),
    "use_peft": ("adapter_tuning", True),
    "enable-lora": ("lora_serving", True),
}
_HALVES = ("bf16", "fp16")
_ADAPTER_SIZES = frozenset({"lora_r", "lora_rank", "lora_alpha"})
"""Flags that only those who tune adapters give."""
_ENVIRONMENT: Mapping[str, str] = {
    "MODEL_ID": "model", "MODEL_NAME": "model", "MODEL": "model", "HF_MODEL_ID": "model", "MODEL_PATH": "model",
    "VLLM_MODEL": "model", "OPENAI_MODEL": "api_model", "NUM_SHARD": "tensor_parallel", "QUANTIZE": "quantization", "DTYPE": "dtype",
    "ACCELERATE_MIXED_PRECISION": "dtype", "TENSOR_PARALLEL_SIZE": "tensor_parallel",
}  # fmt: skip
_PARALLEL = ("tensor_parallel", "pipeline_parallel", "data_parallel")
_ONE_UNLESS_TOLD = ("vllm", "sglang")
_PLAIN_KINDS = ("Deployment", "StatefulSet", "Pod", "ReplicaSet")
_NUMBERS = frozenset(
    {"tensor_parallel", "pipeline_parallel", "data_parallel", "max_model_len", "max_num_seqs", "gpu_memory_utilization",
     "processes_per_node", "nodes", "trials", "parallel_trials"}
)  # fmt: skip
_EXPERIMENTS = {"MLFLOW_EXPERIMENT_NAME": "experiment", "WANDB_PROJECT": "experiment"}
_QUANTISED = re.compile(r"(awq|gptq|gguf|int4|int8|fp8|w4a16|w8a8|nf4|bnb|nvfp4|mxfp4)", re.IGNORECASE)


def model_facts(specs: Iterable[Mapping[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    """What the first container that says it tells: engine, model, parameters, precision, quantisation, parallelism, flags."""
    found: dict[str, Any] = {}
    kept = tuple(specs)
    for spec in kept:
        for container in containers_of(spec):
            for name, value in _facts(container):
                found.setdefault(name, value)
    entrypoint = dig(values, "spec", "entrypoint")
    for name, value in flags(_words(entrypoint)) if isinstance(entrypoint, str) else ():
        found.setdefault(name, value)
    if shows_checkpoints(kept, entrypoint):
        found["checkpoints"] = True
    _of_kserve(values, found)
    if (parallel := _parallel(found, values)) is not None:
        found["parallel"] = parallel
    model = found.get("model")
    if isinstance(model, str):
        if (billions := parameters_billions(model)) is not None:
            found.setdefault("parameters_billions", billions)
        if (match := _QUANTISED.search(model)) is not None:
            found.setdefault("quantization", match[1].lower())
    return found


def _parallel(found: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """Accelerators that all parallel parts of the engine use; None where nothing tells.

    NOTE: vLLM and SGLang take one accelerator unless told otherwise; what another controller starts them with it does not show.
    """
    parts = [found[name] for name in _PARALLEL if found.get(name) is not None]
    if not parts:
        alone = found.get("engine") in _ONE_UNLESS_TOLD and "model" in found and "settings_file" not in found
        return 1 if alone and values.get("kind") in _PLAIN_KINDS else None
    unsure = next((part for part in parts if isinstance(part, Unknown)), None)
    return prod(parts) if unsure is None else unsure


def _of_kserve(values: Mapping[str, Any], found: dict[str, Any]) -> None:
    uri = dig(values, "spec", "model", "uri") or dig(values, "spec", "predictor", "model", "storageUri")
    name = dig(values, "spec", "model", "name")
    for value in (name, uri):
        if isinstance(value, str) and value:
            found.setdefault("model", value)
    form = dig(values, "spec", "predictor", "model", "modelFormat", "name")
    if isinstance(form, str) and form:
        found.setdefault("format", form)


def _facts(container: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    words = [
        word for text in (*texts(container.get("command")), *texts(container.get("args"))) for word in _words(text)
    ]
    said = " ".join((str(container.get("image") or ""), *words))
    for name, pattern in _ENGINE_PATTERNS:
        if pattern.search(said):
            yield "engine", name
            break
    yield from flags(words)
    for entry in maps(container.get("env")):
        name, value = str(entry.get("name")), entry.get("value")
        if PROVIDER_KEY.fullmatch(name):
            yield "provider_key", name
        if is_gateway(name):
            yield "gateway", True
        if name.endswith(("_ADDITIONAL_ARGS", "_EXTRA_ARGS")) and isinstance(value, str):
            yield from flags(value.split())
        target = _ENVIRONMENT.get(name) or _EXPERIMENTS.get(name)
        if target is not None and isinstance(value, (str, int, Decimal)):
            yield target, _typed(target, str(value))


def _words(text: str) -> list[str]:
    """The words of an argument; a script given to a shell is cut into its words."""
    return re.split(r"[\s\\]+", text) if any(mark in text for mark in " \n\t") else [text]


def flags(words: list[str]) -> Iterator[tuple[str, Any]]:
    """`(fact, value)` for each flag that is known, written `--flag value` or `--flag=value`; vLLM's `serve MODEL` too."""
    for number, word in enumerate(words):
        following = words[number + 1] if number + 1 < len(words) else ""
        if (
            word == "serve"
            and following
            and not following.startswith("-")
            and number
            and words[number - 1].endswith("vllm")
        ):
            yield "model", following.strip("\"'")
        if not word.startswith("-"):
            yield from _override(word)
            continue
        flag, has_value, value = word.partition("=")
        bare = flag.lstrip("-")
        name = _SHORT.get(flag) or (_FLAG_OF.get(bare) if flag.startswith("--") else None)
        if name is not None:
            held = value if has_value else following
            if held and not held.startswith("--"):
                yield name, _typed(name, held.strip("\"'"))
        if bare.replace("-", "_") in _ADAPTER_SIZES and flag.startswith("--"):
            yield "adapter_tuning", True
        switch = _SWITCHES.get(bare)
        if switch is not None and flag.startswith("--"):
            yield switch[0], switch[1] if (value or following).lower() != "false" else not switch[1]


def _override(word: str) -> Iterator[tuple[str, Any]]:
    """The fact of a word as Hydra takes it: `trainer.precision=bf16-mixed`, `bf16=true`."""
    path, _, value = word.partition("=")
    key = path.rpartition(".")[2].lstrip("+")
    if value and (name := _FLAG_OF.get(key)) is not None:
        yield name, _typed(name, value.strip("\"'"))
    elif value and key in _HALVES:
        yield "mixed_precision", value.lower() in ("true", "1", "yes")


def _typed(name: str, text: str) -> Any:
    if name not in _NUMBERS:
        return Unknown(f"{text!r} is filled in later") if text.startswith(("$", "{{")) else text
    number = quantity(text)
    if not isinstance(number, Decimal):
        return Unknown(f"{text!r} is filled in later") if number is not None else None
    return int(number) if number == number.to_integral_value() and name != "gpu_memory_utilization" else number


def phase_of(facts: Mapping[str, Any], specs: Iterable[Mapping[str, Any]]) -> str | None:
    """The phase that images and arguments imply: serving, embedding, training, tuning, notebooks, preparation."""
    said = " ".join(_said(specs))
    engine = facts.get("engine")
    by_engine = _PHASES.get(engine) if isinstance(engine, str) else None
    if by_engine == "train":
        return "tune" if _WORDS[1][1].search(said) or facts.get("adapter_tuning") else "train"
    if by_engine is not None:
        return by_engine
    return next((phase for phase, pattern in _WORDS if pattern.search(said)), None)


def _said(specs: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for spec in specs:
        for container in containers_of(spec):
            yield str(container.get("image") or "")
            yield from texts(container.get("command"))
            yield from (text for text in texts(container.get("args")) if len(text) < 4000)


def class_of(type_: str, facts: Mapping[str, Any]) -> str | None:
    """The class of work that a kind or an engine implies: `llm` for those that serve language models."""
    is_llm = (
        type_.startswith("LLM")
        or facts.get("engine") in _LLM_ENGINES
        or str(facts.get("format")).lower() in _LLM_FORMATS
    )
    return "llm" if is_llm or facts.get("api_model") else None
