"""Reads a gateway's configuration into a workload: the gateway itself, and each model that it sends requests to."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from spendgate.documents.encoding import HANDWRITTEN_LIMIT_BYTES, decode_text, read_bytes
from spendgate.documents.manifests import Part, Positions, parse_part, split_documents
from spendgate.errors import InputError
from spendgate.inputs.llm_gateway.shape import KNOWN, SECRET, SECTIONS, Route, taken
from spendgate.model.attributes import Attributes
from spendgate.model.resource import Action, Change, Level, Location, Problem, Resource, Workload
from spendgate.model.values import Unknown

PROVIDER = "llm"
PROXY, MODEL = "litellm_proxy", "litellm_model"
SOURCE = "gateway"
FILLED_IN = Unknown("filled in from the environment in which the gateway runs")
_NAMELESS = "gateway"
_MOST_INCLUDED = 50
_SECTION_OF_MODELS = "model_list"


@dataclass(slots=True)
class Text:
    """One document of a configuration: where it comes from, and where in that file it begins."""

    origin: str
    part: Part
    fixed_line: int | None = None
    """The line of everything in it, where its own lines have none in the file."""
    _positions: Positions | None = None

    def line_of(self, route: Route) -> int:
        """The line of a value, or of its nearest parent that stands there."""
        if self.fixed_line is not None:
            return self.fixed_line
        if self._positions is None:
            self._positions = Positions(self.part, self.origin)
        return self._positions.line_of(route)


@dataclass(slots=True)
class Configuration:
    """What the files of one gateway say together: sections as they are taken over, and where each model and key stands."""

    name: str
    origin: str
    prefix: str = ""
    """What stands before the names of its models in their addresses, where several gateways share a run."""
    sections: dict[str, Any] = field(default_factory=dict)
    unknown: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Text] = field(default_factory=dict)
    models: list[tuple[Mapping[str, Any], Any, Text, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _found: dict[str, tuple[Text, int]] = field(default_factory=dict)

    def add(self, text: Text) -> list[str]:
        """Take a document in; returns the files that it includes. Raises InputError with file and line."""

        def refuse(route: Route, message: str, hint: str) -> NoReturn:
            said = ".".join(f"{key}" for key in route)
            raise InputError(f"{said} {message}", file=text.origin, line=text.line_of(route), hint=hint or None)

        data = parse_part(text.part, text.origin)
        if not isinstance(data, Mapping):
            raise InputError("is no gateway's configuration (a map was expected)", file=text.origin, line=1)
        for key in data:
            if key not in KNOWN:
                near = difflib.get_close_matches(key, KNOWN, n=1)
                refuse(
                    (key,),
                    "is no section that a gateway reads",
                    f"did you mean {near[0]}?" if near else ", ".join(KNOWN),
                )
        for section, shape in SECTIONS.items():
            if data.get(section) is None:
                continue
            value, marks = taken(data[section], shape, (section,), refuse)
            if section == _SECTION_OF_MODELS:
                for number, entry in enumerate(value):
                    self._model(entry or {}, marks[number] if marks else False, text, number, refuse)
            else:
                # NOTE: a section of an included file takes the place of one that was there (LiteLLM extends lists alone).
                self.sections[section], self.unknown[section], self.places[section] = value, marks, text
        self.problems.extend(_plain_secrets(data, text))
        included = data.get("include") or []
        if not isinstance(included, list) or not all(isinstance(each, str) for each in included):
            refuse(("include",), "is no list of files", "")
        return included

    def _model(self, entry: Mapping[str, Any], marks: Any, text: Text, number: int, refuse: Any) -> None:
        route: Route = (_SECTION_OF_MODELS, number)
        if not entry.get("model_name"):
            refuse((*route, "model_name"), "is missing", "the name by which clients ask for the model")
        if not (entry.get("litellm_params") or {}).get("model"):
            refuse((*route, "litellm_params", "model"), "is missing", "provider and model, such as openai/gpt-4o-mini")
        self.models.append((entry, marks, text, number))

    def changes(self) -> Iterator[Change]:
        """The gateway and its models, all declared: nothing is known of what was before."""
        attributes = Attributes({"gateway": self.name, **self.sections}, self.unknown or False, gap=FILLED_IN)
        yield _declared(Resource(f"{PROXY}.{self.name}", PROXY, self.name, PROVIDER, attributes))
        for address, entry, marks, _, _ in self._addressed():
            values = {"gateway": self.name, **entry}
            yield _declared(
                Resource(address, MODEL, str(entry["model_name"]), PROVIDER, Attributes(values, marks, gap=FILLED_IN))
            )

    def _addressed(self) -> Iterator[tuple[str, Mapping[str, Any], Any, Text, int]]:
        """Each model with its address: `litellm_model.NAME`, and `litellm_model.NAME[0]` where several share a name."""
        total = Counter(str(entry["model_name"]) for entry, *_ in self.models)
        met: Counter[str] = Counter()
        for entry, marks, text, number in self.models:
            name = str(entry["model_name"])
            address = f"{MODEL}.{self.prefix}{name}" + (f"[{met[name]}]" if total[name] > 1 else "")
            met[name] += 1
            yield address, entry, marks, text, number

    def locate(self, address: str, path: str | None = None) -> Location | None:
        """Where a resource, or a dotted path in it, stands; implements `resource.Locate`."""
        keys: Route = tuple(int(key) if key.isdecimal() else key for key in path.split(".")) if path else ()
        if address == f"{PROXY}.{self.name}":
            stated = self.places.get(str(keys[0])) if keys else None
            stated = stated or next(iter(self.places.values()), None)
            return Location(stated.origin, stated.line_of(keys)) if stated else Location(self.origin, 1)
        if not self._found:
            self._found = {own: (text, number) for own, _, _, text, number in self._addressed()}
        if address not in self._found:
            return None
        text, number = self._found[address]
        return Location(text.origin, text.line_of((_SECTION_OF_MODELS, number, *keys)))


def read_gateway(path: Path) -> Workload:
    """The workload of a configuration file, `-` for standard input. Raises InputError."""
    piped = str(path) == "-"
    origin = "standard input" if piped else str(path)
    text = decode_text(read_bytes(path, limit_bytes=HANDWRITTEN_LIMIT_BYTES), origin)
    found = Configuration(_NAMELESS if piped else path.stem, origin)
    waiting = found.add(_only_document(text, origin))
    folder = Path() if piped else path.parent
    met: set[Path] = set()
    while waiting:
        name = waiting.pop(0)
        beside = (folder / name).resolve()
        if beside in met:
            continue
        met.add(beside)
        if len(met) > _MOST_INCLUDED:
            raise InputError(f"includes more than {_MOST_INCLUDED} files", file=origin)
        waiting += found.add(_included(str(folder / name), origin))
    return workload(found)


def includes(path: Path) -> Iterator[Path]:
    """The files that a configuration includes; none of one that cannot be read, which says so when it is."""
    try:
        text = decode_text(read_bytes(path, limit_bytes=HANDWRITTEN_LIMIT_BYTES), str(path))
        data = parse_part(_only_document(text, str(path)).part, str(path))
    except InputError:
        return
    listed = data.get("include") if isinstance(data, Mapping) else None
    for name in listed if isinstance(listed, list) else ():
        if isinstance(name, str):
            yield (path.parent / name).resolve()


def _included(shown: str, by: str) -> Text:
    try:
        data = read_bytes(shown, limit_bytes=HANDWRITTEN_LIMIT_BYTES)
    except InputError as error:
        raise InputError(error.message, file=shown, hint=f"{by} includes it") from None
    return _only_document(decode_text(data, shown), shown)


def workload(found: Configuration) -> Workload:
    """The workload of a configuration that was read."""
    if (found.sections.get("general_settings") or {}).get("store_model_in_db") is True:
        said = "models that were added while the gateway runs stand in its database (store_model_in_db): they are not judged"
        found.problems.append(Problem(Level.WARNING, said, file=found.origin))
    changes = tuple(sorted(found.changes(), key=lambda change: change.address))
    return Workload(
        origin=found.origin,
        source=SOURCE,
        changes=changes,
        problems=tuple(found.problems),
        locate=found.locate,
        facts={"models": len(found.models)},
    )


def _declared(resource: Resource) -> Change:
    return Change(resource.address, Action.DECLARE, None, resource)


def _only_document(text: str, origin: str) -> Text:
    parts = list(split_documents(text))
    if not parts:
        raise InputError("is empty", file=origin)
    if len(parts) > 1:
        raise InputError(
            "holds several documents, one was expected", file=origin, line=parts[1].first_line, hint="remove the `---`"
        )
    return Text(origin, parts[0])


def _plain_secrets(data: Mapping[str, Any], text: Text) -> Iterator[Problem]:
    """A word about keys that stand in the file as they are; what they are is said nowhere."""
    places: list[Route] = []
    general, models = data.get("general_settings"), data.get(_SECTION_OF_MODELS)
    if isinstance(general, Mapping):
        places += [("general_settings", key) for key in ("master_key", "database_url") if _is_plain(general.get(key))]
    for number, entry in enumerate(models if isinstance(models, list) else ()):
        params = entry.get("litellm_params") if isinstance(entry, Mapping) else None
        if isinstance(params, Mapping) and _is_plain(params.get("api_key")):
            places.append((_SECTION_OF_MODELS, number, "litellm_params", "api_key"))
    for route in places[:1]:
        others = f" ({len(places) - 1} more below it)" if len(places) > 1 else ""
        said = f"{'.'.join(map(str, route))} stands in plain text{others}: write os.environ/NAME in its place"
        yield Problem(Level.WARNING, said, file=text.origin, line=text.line_of(route))


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) and len(value) >= _SHORTEST_SECRET and not value.startswith("os.environ/")


_SHORTEST_SECRET = 12
"""Shorter texts are what examples and servers of one's own write where a key must stand (`none`, `sk-1234`)."""
__all__ = [
    "MODEL",
    "PROVIDER",
    "PROXY",
    "SECRET",
    "SOURCE",
    "Configuration",
    "Text",
    "includes",
    "read_gateway",
    "workload",
]
