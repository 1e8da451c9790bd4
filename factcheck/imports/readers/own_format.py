"""The project's own import format, one object per line.

Validation is strict, because authors can correct their files. The keys are those of a published review. Ids, and keys
whose default comes from other keys, can be left out. A missing key means null.
"""

import re
from typing import Any

from pydantic import model_validator

from factcheck.imports.readers.json_stream import Number
from factcheck.imports.readers.normalise import site_of_review
from factcheck.imports.readers.results import Notes, Problem
from factcheck.record.statements.checks import parse, with_defaults
from factcheck.record.statements.faults import InvalidValue
from factcheck.record.statements.parts import Part, optional, parts_of, required
from factcheck.record.statements.review import Claimant, Publisher, Review, ReviewedClaim, Verdict
from factcheck.record.statements.values import UNKNOWN_LANGUAGE, Id, Language, Name, Site, Url


class ImportedClaimant(Claimant):
    id: Id = optional("", "The id of an existing or new claimant.")
    is_public_figure: bool | None = optional(
        "", "Whether a person may be named, for what they said in a public office."
    )


class ImportedClaim(ReviewedClaim):
    id: Id = optional("", "The id of an existing or new claim. Reviews of the same claim share it.")
    language: Language = optional("", "The review's language if absent.")
    claimant: ImportedClaimant | None = optional("", "The claimant.")


class ImportedVerdict(Verdict):
    @model_validator(mode="after")
    def _is_known(self) -> "ImportedVerdict":
        if not (self.scale and self.slug) and self.original is None:
            raise InvalidValue("no_verdict")
        return self


class ImportedPublisher(Publisher):
    name: Name = optional("", "The site if absent.")
    site: Site = optional("", "The host of `original_url` if absent.")


class ImportedReview(Review):
    id: Id = optional("", "The id of the new review.")
    original_url: Url = required("", "The review's own page.")
    language: Language = optional("", "Detected from the text if absent.", default=UNKNOWN_LANGUAGE)
    claim: ImportedClaim = required("", "The claim that is reviewed.")
    verdict: ImportedVerdict = required("", "The finding of the review.")
    publisher: ImportedPublisher = optional("", "The publisher that is responsible for the review.")
    license: Url = optional("", "The site's default licence if absent.")


def statement_of(members: dict[str, object], notes: Notes) -> dict[str, Any] | None:
    """Return the record of one line, or None with the reasons in `notes.refused`."""
    statement, faults = parse(_plain(members, ImportedReview), ImportedReview)
    notes.refused += [Problem(fault.pointer, fault.code, fault.message()) for fault in faults]
    return statement


def complete_record(values: dict[str, Any]) -> dict[str, Any]:
    """Return the record with all keys. A missing key is set to null or to its default."""
    statement = with_defaults(values, ImportedReview)
    statement["claim"]["language"] = statement["claim"]["language"] or statement["language"]
    statement["publisher"] = statement["publisher"] or with_defaults({}, ImportedPublisher)
    statement["publisher"]["site"] = statement["publisher"]["site"] or site_of_review(statement["original_url"])
    return statement


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
