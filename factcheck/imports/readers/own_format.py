"""The project's own import format, one object per line.

Validation is strict, because authors can correct their files. The keys are those of a published review. Ids, and keys
whose default comes from other keys, can be left out. A missing key means null.
"""

import re
from typing import Any

from factcheck.imports.readers.imported_review import ImportedPublisher, ImportedReview
from factcheck.imports.readers.json_stream import Number
from factcheck.imports.readers.jsonld_graphs import Node
from factcheck.imports.readers.normalise import site_of_review
from factcheck.imports.readers.results import Notes, Problem
from factcheck.record.formats.canonical import JsonObject
from factcheck.record.statements.checks import parse, with_defaults
from factcheck.record.statements.output import construct
from factcheck.record.statements.parts import Part, parts_of


def statement_of(members: Node, notes: Notes) -> JsonObject | None:
    """Return the record of one line, or None with the reasons in `notes.refused`."""
    statement, faults = parse(_plain(members, ImportedReview), ImportedReview)
    notes.refused += [Problem(fault.pointer, fault.code, fault.message()) for fault in faults]
    return statement


def complete_record(values: JsonObject) -> ImportedReview:
    """Return the record with all keys. A missing key is set to null or to its default."""
    review = construct(ImportedReview, with_defaults(values, ImportedReview))
    review.claim.language = review.claim.language or review.language
    if not values.get("publisher"):
        review.publisher = construct(ImportedPublisher, {})
    review.publisher.site = review.publisher.site or site_of_review(review.original_url)
    return review


def _plain(value: object, model: type[Part] | None) -> Any:
    """Return the value without null keys of the format, and with numbers converted."""
    if isinstance(value, dict):
        parts = parts_of(model) if model else {}
        known = model.model_fields if model else {}
        return {
            key: _plain(member, parts.get(key))
            for key, member in value.items()
            if member is not None or key not in known
        }
    if isinstance(value, list):
        return [_plain(member, model) for member in value]
    if isinstance(value, Number):
        return int(value) if re.fullmatch("-?[0-9]{1,18}", value) else float(value)
    return value
