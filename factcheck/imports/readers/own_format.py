"""The project's own import format, one object a line: checked strictly, since its writer can mend it.

The keys are those of a published review. What differs is written here: ids and what follows from other keys may be
absent. Absent keys are the same as null.
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
    id: Id = optional("", "Of a claimant here, or to be.")
    is_public_figure: bool | None = optional(
        "", "Whether a person may be named, for what they said in a public office."
    )


class ImportedClaim(ReviewedClaim):
    id: Id = optional("", "Of a claim here, or to be. Reviews of the same claim share it.")
    language: Language = optional("", "The review's when absent.")
    claimant: ImportedClaimant | None = optional("", "Who made the claim.")


class ImportedVerdict(Verdict):
    @model_validator(mode="after")
    def _is_known(self) -> "ImportedVerdict":
        if not (self.scale and self.slug) and self.original is None:
            raise InvalidValue("no_verdict")
        return self


class ImportedPublisher(Publisher):
    name: Name = optional("", "The site when absent.")
    site: Site = optional("", "The host of `original_url` when absent.")


class ImportedReview(Review):
    id: Id = optional("", "Of the review that is made.")
    original_url: Url = required("", "The review's own page.")
    language: Language = optional("", "`und` when absent.", default=UNKNOWN_LANGUAGE)
    claim: ImportedClaim = required("", "The claim that is reviewed.")
    verdict: ImportedVerdict = required("", "What the review finds.")
    publisher: ImportedPublisher = optional("", "Who answers for the review.")
    license: Url = optional("", "The site's own when absent.")


def statement_of(members: dict[str, object], notes: Notes) -> dict[str, Any] | None:
    """The record of one line, or None; `notes.refused` then says why."""
    statement, faults = parse(_plain(members, ImportedReview), ImportedReview)
    notes.refused += [Problem(fault.pointer, fault.code, fault.message()) for fault in faults]
    return statement


def completed(said: dict[str, Any]) -> dict[str, Any]:
    """A record with every key: what is absent is null, or follows from other keys."""
    statement = with_defaults(said, ImportedReview)
    statement["claim"]["language"] = statement["claim"]["language"] or statement["language"]
    statement["publisher"] = statement["publisher"] or with_defaults({}, ImportedPublisher)
    statement["publisher"]["site"] = statement["publisher"]["site"] or site_of_review(statement["original_url"])
    return statement


def _plain(value: object, model: type[Part] | None) -> Any:
    """The value without keys of the format that are null, and with its numbers as numbers."""
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
