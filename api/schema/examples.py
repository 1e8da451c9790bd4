"""Examples of requests and answers: real ones, which tests/api/test_examples.py recorded and sends again."""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FILE = Path(__file__).parent / "examples.json"


def add_examples(operations: dict[str, Json]) -> None:
    """Puts each recorded exchange into the operation of that id."""
    for number, recorded in enumerate(json.loads(FILE.read_text())):
        operation, asked = operations[recorded["operation"]], recorded["request"]
        name = f"{recorded['operation']}_{number}"
        summary = f"{asked['method']} {asked['address']}"
        if "content" in asked and recorded["status"] < 300:
            _add(operation["requestBody"]["content"]["application/json"], name, summary, asked["content"])
        answer = operation["responses"][str(recorded["status"])]["content"][recorded["media_type"]]
        _add(answer, name, summary, recorded["content"])


def _add(content: Json, name: str, summary: str, value: Any) -> None:
    content.setdefault("examples", {})[name] = {"summary": summary, "value": value}
