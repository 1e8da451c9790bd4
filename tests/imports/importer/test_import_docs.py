"""docs/reference/import-formats.md keeps up with the code."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import factcheck.imports
from factcheck.imports.readers.imported_review import ImportedReview
from factcheck.record.statements.checks import parse
from factcheck.record.statements.faults import MESSAGES, Fault
from factcheck.record.statements.parts import Part, parts_of, value_type

DOCS = Path(__file__).resolve().parents[3] / "docs" / "reference" / "import-formats.md"


def test_every_code_is_documented() -> None:
    """A code is the first literal after the place in calls of refuse, drop, Problem and Refused."""
    text = DOCS.read_text(encoding="utf-8")
    sources = "".join(path.read_text("utf-8") for path in Path(factcheck.imports.__path__[0]).rglob("*.py"))
    codes = set(re.findall(r'(?:refuse|drop)\([^()]*?, "([a-z_]+)", ', sources))
    codes |= set(re.findall(r'Problem\([^()]*?, "([a-z_]+)", ', sources))
    codes |= set(re.findall(r'Refused\(\s*"([a-z_]+)"', sources))
    codes |= {Fault("", kind).code for kind in MESSAGES}
    assert {"in_hand", "cannot_be_stored"} <= codes
    assert {"no_claim_text", "withdrawn", "unknown_key", "several"} <= codes
    tables = text.partition("## Reasons of refusal")[2].partition("## Limits")[0]
    documented = {
        code for row in re.findall(r"^\| (`[^|]+) \|", tables, re.MULTILINE) for code in row.strip("`").split("`, `")
    }
    assert sorted(codes - documented) == []
    assert sorted(code for code in documented - codes if f'"{code}"' not in sources) == []


def test_every_key_of_the_own_format_is_documented() -> None:
    """Each has a row in the table that `make fields` writes."""
    text = DOCS.read_text(encoding="utf-8")
    keys = list(_keys(ImportedReview))
    assert len(keys) > 60
    assert {"headline", "claim.claimant.is_public_figure", "sources[].stance", "verdict.original.label"} <= set(keys)
    assert [key for key in keys if f"\n| `{key}` |" not in text] == []


def test_example_of_the_own_format_has_no_other_keys() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    _statement, faults = parse(json.loads(example), ImportedReview)
    assert [fault.pointer for fault in faults if fault.code == "unknown_key"] == []


def _keys(model: type[Part], before: str = "") -> Iterator[str]:
    for name in model.model_fields:
        yield f"{before}{name}"
        if part := parts_of(model).get(name):
            yield from _keys(part, f"{before}{name}{'[]' if value_type(model, name) is list else ''}.")
