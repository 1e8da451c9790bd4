"""Examples for the OpenAPI document. tests/api/test_examples.py records them from real responses."""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FILE = Path(__file__).parent / "examples.json"


def add_examples(operations: dict[str, Json]) -> None:
    """Add each recorded exchange to its operation."""
    for number, recorded in enumerate(json.loads(FILE.read_text())):
        operation, request = operations[recorded["operation"]], recorded["request"]
        name = f"{recorded['operation']}_{number}"
        summary = f"{request['method']} {request['address']}"
        if "content" in request and recorded["status"] < 300:
            _add(operation["requestBody"]["content"]["application/json"], name, summary, request["content"])
        answer = operation["responses"][str(recorded["status"])]["content"][recorded["media_type"]]
        _add(answer, name, summary, recorded["content"])


def _add(content: Json, name: str, summary: str, value: Any) -> None:
    content.setdefault("examples", {})[name] = {"summary": summary, "value": value}
