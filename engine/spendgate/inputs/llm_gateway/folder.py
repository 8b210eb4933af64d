"""A folder that holds the configuration of one LLM gateway, and nothing that another input reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from spendgate.documents.encoding import head_as_utf8
from spendgate.errors import InputError
from spendgate.inputs.llm_gateway import has_models, looks_like_gateway
from spendgate.model.resource import Level, Problem, Workload

_YAML = (".yaml", ".yml")
_HEAD_BYTES = 65_536


class GatewayFolder:
    """A folder with a LiteLLM proxy's configuration; implements `ports.Input`. NOTE: asked last, so that manifests and source go before it."""

    name = "llm-gateway-folder"

    def claims(self, path: Path, head: bytes) -> bool:
        """A folder in which a file looks like it (not in its own folders), and models stand in one of them."""
        return path.is_dir() and any(models for _, models in _files(path))

    def read(self, path: Path, options: Mapping[str, Any]) -> Workload:
        """Read the configuration that no other one includes. Raises InputError when there are several."""
        from spendgate.inputs.llm_gateway.reader import includes, read_gateway

        found = [file for file, _ in _files(path)]
        inner = {place for file in found for place in includes(file)} if len(found) > 1 else set()
        own = [file for file in found if file.resolve() not in inner]
        if len(own) != 1:
            names = ", ".join(file.name for file in own or found)
            each = " ".join(str(file) for file in own or found)
            raise InputError(
                f"holds the configurations of several LLM gateways ({names})",
                file=str(path),
                hint=f"name the one that is meant, or all of them: spendgate check {each}",
            )
        return read_gateway(own[0])


def beside(folder: Path) -> Sequence[Problem]:
    """A word on each configuration of a gateway in a folder that is read as something else: nobody should think that it was judged."""
    said = "is the configuration of an LLM gateway: name it as an input of its own to have it judged"
    return [Problem(Level.WARNING, said, file=str(file)) for file, models in _files(folder) if models]


def _files(folder: Path) -> Iterator[tuple[Path, bool]]:
    """The configurations that lie in a folder, in the order of their names, and whether models stand in them."""
    for file in sorted(folder.iterdir()):
        if file.suffix in _YAML and looks_like_gateway(head := _head(file)):
            yield file, has_models(head)


def _head(file: Path) -> bytes:
    """The first bytes; none of what cannot be read, which is nothing that is judged here."""
    try:
        with file.open("rb") as opened:
            return head_as_utf8(opened.read(_HEAD_BYTES))
    except OSError:
        return b""


GATEWAY_FOLDER = GatewayFolder()
