"""What SARIF 2.1.0 asks of the parts that we write, as a JSON Schema: names, types, required keys, closed objects."""

from __future__ import annotations

from typing import Any


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _list(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


TEXT = {"type": "string"}
BAG = {"type": "object"}
MESSAGE = _object({"text": {"type": "string", "minLength": 1}, "markdown": TEXT}, "text")
LEVEL = {"enum": ["none", "note", "warning", "error"]}
ARTIFACT = _object({"uri": {"type": "string", "pattern": r"^[^\s<>\"{}|\\^`]+$"}, "uriBaseId": TEXT})
REGION = _object({"startLine": {"type": "integer", "minimum": 1}})
PHYSICAL = _object({"artifactLocation": ARTIFACT, "region": REGION}, "artifactLocation")
LOGICAL = _object({"fullyQualifiedName": TEXT, "kind": TEXT})
LOCATION = _object({"physicalLocation": PHYSICAL, "logicalLocations": _list(LOGICAL)})
RULE = _object(
    {
        "id": {"type": "string", "minLength": 1},
        "name": {"type": "string", "minLength": 1},
        "shortDescription": MESSAGE,
        "fullDescription": MESSAGE,
        "help": MESSAGE,
        "defaultConfiguration": _object({"level": LEVEL}),
        "properties": BAG,
    },
    "id",
)
SUPPRESSION = _object(
    {"kind": {"enum": ["inSource", "external"]}, "status": {"enum": ["accepted"]}, "justification": TEXT}, "kind"
)
RESULT = _object(
    {
        "ruleId": TEXT,
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": MESSAGE,
        "locations": _list(LOCATION, minItems=1),
        "partialFingerprints": {"type": "object", "additionalProperties": TEXT},
        "suppressions": _list(SUPPRESSION),
        "properties": BAG,
    },
    "message",
)
NOTIFICATION = _object({"level": LEVEL, "message": MESSAGE, "locations": _list(LOCATION), "properties": BAG}, "message")
INVOCATION = _object(
    {
        "executionSuccessful": {"type": "boolean"},
        "exitCode": {"type": "integer"},
        "endTimeUtc": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"},
        "toolExecutionNotifications": _list(NOTIFICATION),
    },
    "executionSuccessful",
)
DRIVER = _object(
    {"name": TEXT, "version": TEXT, "semanticVersion": TEXT, "rules": _list(RULE, uniqueItems=True)}, "name"
)
RUN = _object(
    {
        "tool": _object({"driver": DRIVER}, "driver"),
        "automationDetails": _object({"id": TEXT}),
        "invocations": _list(INVOCATION),
        "results": _list(RESULT),
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "properties": BAG,
    },
    "tool",
)
LOG = _object({"$schema": TEXT, "version": {"const": "2.1.0"}, "runs": _list(RUN)}, "version", "runs")
