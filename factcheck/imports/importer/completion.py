"""The completion of records. Keys that the file's format can't express get the values of the existing review."""

from typing import Any

from django.conf import settings

from factcheck.imports.readers.imported_review import ImportedReview as Record
from factcheck.record.statements.output import construct
from factcheck.record.statements.parts import Part
from factcheck.record.statements.review import Claimant, Publisher, Review, ReviewedClaim
from factcheck.record.statements.values import UNKNOWN_LANGUAGE


def complete_record(record: Record, unspecified: frozenset[str], statement: Review) -> Record:
    """Return the record with the statement's values at the paths in `unspecified`, for example "claim.location".

    A claimant is completed only if the name is the same, and a verdict only if its wording is the same. For sources and
    appearances, see `_members`. The verdict on this site's scale is never completed, because editors choose it.
    """
    known = statement.to_json_object()
    if statement.language == UNKNOWN_LANGUAGE:
        # A detected language is better than none.
        unspecified -= {"language", "language_detected", "claim.language"}
    if statement.license == settings.LICENSE_URL:
        known["license"] = None  # records never contain the site's default licence
    return construct(Record, _filled(record.to_json_object(), known, unspecified, ""))


def leaves_unchanged(record: Record, known: Review) -> bool:
    """Return whether importing the record would leave the statement unchanged."""
    verdict, publisher = record.verdict, record.publisher
    given = publisher.model_copy(update={"name": publisher.name or publisher.site})
    return (
        _are_equal(record, known, Review, "id", "original_url", "claim", "verdict", "publisher", "topics", "license")
        and _are_equal(record.claim, known.claim, ReviewedClaim, "id", "claimant")
        and _are_equal(record.claim.claimant, known.claim.claimant, Claimant, "id", "confirmed")
        and verdict.slug in (None, known.verdict.slug)
        and verdict.original == known.verdict.original
        and verdict.explanation in (None, known.verdict.explanation)
        and record.license in (None, known.license)
        and [topic.slug for topic in record.topics] == [topic.slug for topic in known.topics]
        and _are_equal(given, known.publisher, Publisher)
    )


def _are_equal(one: Part | None, other: Part | None, model: type[Part], *exclude: str) -> bool:
    """Compare the fields of the model. The excluded fields contain ids, or people choose their values on this site."""
    if one is None or other is None:
        return one is other
    return all(getattr(one, name) == getattr(other, name) for name in model.model_fields.keys() - set(exclude))


# Keys that must be equal before the other keys of a claimant or a verdict are completed.
_KNOWN_BY = {"claim.claimant.": "name", "verdict.original.": "label"}


def _filled(value: Any, known: Any, unspecified: frozenset[str], path: str) -> Any:
    """Return the value with unspecified keys taken from `known`, which is the same part of the existing statement.

    `path` is the path of the value and ends with a dot. The path of the whole record is "".
    """
    if path in ("sources.", "claim.appearances."):
        return _members(value, known, unspecified, path)
    if not isinstance(value, dict) or not isinstance(known, dict):
        return value
    # The record names another claimant or another verdict, whose values must not be mixed with the known ones.
    if (of := _KNOWN_BY.get(path)) and value[of] != known[of]:
        return value
    # Only the publisher's rating is completed, never the verdict on this site's scale.
    gaps = unspecified & {"verdict.original"} if path == "verdict." else unspecified
    # A list without members, such as `replies`, has no key in the record, and the existing review can have members.
    given = value | {key: each for key, each in known.items() if path + key in gaps}
    return {
        key: each if path + key in gaps else _filled(each, known.get(key), unspecified, f"{path}{key}.")
        for key, each in given.items()
    }


def _members(given: list[Any], existing: list[Any], unspecified: frozenset[str], path: str) -> list[Any]:
    """Return the given members, completed from the existing members with the same URL and title.

    Unspecified paths can apply to all members ("sources.stance") or to one member ("sources.0.stance"). A member whose
    title is unspecified is matched with the next existing member with the same URL. The first appearance changes only
    if the record specifies another one.
    """
    titled: dict[tuple[str | None, str | None], list[Any]] = {}
    untitled: dict[str | None, list[Any]] = {}
    for each in existing:
        titled.setdefault((each.get("title"), each["url"]), []).append(each)
        untitled.setdefault(each["url"], []).append(each)
    settled = {"first"} if any(each.get("first") for each in given) else set()
    found = []
    for index, each in enumerate(given):
        same = titled.get((each.get("title"), each["url"]))
        if f"{path}{index}.title" in unspecified:
            same = untitled.get(each["url"])
        known = same.pop(0) if same else None
        gaps = {key for key in each if not unspecified.isdisjoint((path + key, f"{path}{index}.{key}"))} - settled
        found.append(each | {key: known[key] for key in gaps} if known else each)
    return found
