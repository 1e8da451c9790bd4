"""Fills in what the format of a record cannot express with what its review says already."""

from typing import Any

from django.conf import settings

from factcheck.imports.importer.references import Record
from factcheck.record.statements.checks import filled
from factcheck.record.statements.parts import Part
from factcheck.record.statements.review import Claimant, Review, ReviewedClaim


def completed(record: Record, unspecified: frozenset[str], said: dict[str, Any]) -> Record:
    """The record with the values of the review's statement at the places in `silent` ("verdict.original.value").

    Of a claimant only where the name is the same, of a verdict where the words are, of a source or an appearance as
    `_members` says. Which verdict of ours the words mean is not the file's to say: mappings and editors do.
    """
    if said["license"] == settings.LICENSE_URL:
        said = said | {"license": None}  # the site's own, which no record gave
    filled: Record = _filled(record, said, unspecified, "")
    return filled


def leaves_unchanged(record: Record, said: dict[str, Any]) -> bool:
    """Whether the record would leave the statement as it is."""
    said = filled(said, Review)
    verdict, claim, publisher = record["verdict"], record["claim"], record["publisher"]
    here = said["publisher"]
    return (
        all(record[key] == said[key] for key in _PLAIN)
        and all(claim[key] == said["claim"][key] for key in _OF_CLAIM)
        and _without_id(claim["claimant"], said["claim"]["claimant"])
        and verdict["slug"] in (None, said["verdict"]["slug"])
        and verdict["original"] == said["verdict"]["original"]
        and verdict["explanation"] in (None, said["verdict"]["explanation"])
        and record["license"] in (None, said["license"])
        and [topic["slug"] for topic in record["topics"]] == [topic["slug"] for topic in said["topics"]]
        and publisher | {"name": publisher["name"] or publisher["site"]} == {key: here[key] for key in publisher}
    )


def _keys(model: type[Part], *besides: str) -> list[str]:
    return [key for key in model.model_fields if key not in besides]


# What is compared as it is; the rest has ids, or is ours to say.
_PLAIN = _keys(Review, "id", "original_url", "claim", "verdict", "publisher", "topics", "license")
_OF_CLAIM = _keys(ReviewedClaim, "id", "claimant")
_OF_CLAIMANT = _keys(Claimant, "id", "confirmed")
_Member = dict[str, Any]
# What has to be the same, so that the rest is of the same person and verdict.
_KNOWN_BY = {"claim.claimant.": "name", "verdict.original.": "label"}


def _without_id(claimant: dict[str, Any] | None, said: dict[str, Any] | None) -> bool:
    if claimant is None or said is None:
        return claimant is said
    return all(claimant[key] == said[key] for key in _OF_CLAIMANT)


def _filled(value: Any, said: Any, unspecified: frozenset[str], path: str) -> Any:
    if path in ("sources.", "claim.appearances."):
        return _members(value, said, unspecified, path)
    if not isinstance(value, dict) or not isinstance(said, dict):
        return value
    if (of := _KNOWN_BY.get(path)) and value[of] != said[of]:
        return value
    if path == "verdict.":
        unsaid = "verdict.original" in unspecified
        words = (
            said["original"]
            if unsaid
            else _filled(value["original"], said["original"], unspecified, "verdict.original.")
        )
        return value | {"original": words}
    return {
        key: said[key]
        if path + key in unspecified and key in said
        else _filled(each, said.get(key), unspecified, f"{path}{key}.")
        for key, each in value.items()
    }


def _members(given: list[_Member], here: list[_Member], unspecified: frozenset[str], path: str) -> list[_Member]:
    """The members given, each with what it does not say ("sources.stance" of any, "sources.0.stance" of one).

    It is taken from the one here with the same address and title; without a title, from the next with the address.
    Which appearance is the first stays unless the record says so of another.
    """
    titled: dict[tuple[Any, Any], list[_Member]] = {}
    untitled: dict[str | None, list[_Member]] = {}
    for each in here:
        titled.setdefault((each.get("title"), each["url"]), []).append(each)
        untitled.setdefault(each["url"], []).append(each)
    settled = {"first"} if any(each.get("first") for each in given) else set()
    found = []
    for index, each in enumerate(given):
        same = titled.get((each.get("title"), each["url"]))
        if f"{path}{index}.title" in unspecified:
            same = untitled.get(each["url"])
        said = same.pop(0) if same else None
        unsaid = {key for key in each if not unspecified.isdisjoint((path + key, f"{path}{index}.{key}"))} - settled
        found.append(each | {key: said[key] for key in unsaid} if said else each)
    return found
