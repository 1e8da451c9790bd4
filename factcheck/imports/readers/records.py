"""From an object of a file to a record, whichever format it is in."""

from collections.abc import Mapping

from factcheck.imports.readers import claimreview, google_claims, own_format
from factcheck.imports.readers.files import Candidate, types_of
from factcheck.imports.readers.jsonld import address_text
from factcheck.imports.readers.jsonld_graphs import with_references, with_short_terms
from factcheck.imports.readers.normalise import web_address
from factcheck.imports.readers.results import Notes, Problem, Record, Refusal, record_key

_MAX_PROBLEMS = 20  # of one record that are told


def record_of(found: Candidate) -> Record | Refusal | None:
    """The record in one object of a file; None for the other nodes of an `@graph` (pages, people, pictures)."""
    try:
        return _record_of(found)
    except RecursionError:
        return Refusal(found.position, (Problem("", "unreadable", "nested too deeply"),))


def _record_of(found: Candidate) -> Record | Refusal | None:
    node, types, notes = with_short_terms(found.node), types_of(found.node), Notes()
    unspecified: frozenset[str] = frozenset()
    told: Mapping[str, object] | None = None  # what was said, where the rest says nothing
    if "ClaimReview" in types or (not types and "claimReviewed" in node):
        statement, unspecified = (
            claimreview.statement_of(with_references(node, found.nodes), notes),
            claimreview.UNSPECIFIED,
        )
    elif types:
        if found.in_graph:
            return None
        statement = None
        notes.refused.append(Problem("/@type", "other_type", f"no ClaimReview but {', '.join(sorted(types))[:200]}"))
    elif "claimReview" in node:
        statement, unspecified = google_claims.statement_of(node, notes), google_claims.UNSPECIFIED
        told = statement = own_format.completed(statement) if statement else None
    elif "claim" in node or "original_url" in node:
        statement = own_format.statement_of(node, notes)
        told = node if found.is_row else None
    else:
        statement = None
        notes.refused.append(
            Problem(
                "",
                "not_recognised",
                "neither a ClaimReview, nor a claim of claims:search, nor of this project's own format",
            )
        )
    if statement is None:
        return Refusal(found.position, _told(notes), _address(node))
    statement = own_format.completed(statement)
    if told is not None:
        unspecified |= _unsaid(statement, told)
    key = record_key(statement["original_url"], statement["claim"]["text"], statement["language"])
    return Record(found.position, key, statement, tuple(notes.dropped), unspecified)


def _unsaid(statement: Mapping[str, object], given: Mapping[str, object], before: str = "") -> set[str]:
    """The places of the statement of which nothing was given; those of a list's member have its number."""
    found: set[str] = set()
    for key, value in statement.items():
        said = given.get(key)
        if value is None or said is None or said == []:
            found.add(before + key)
        elif isinstance(value, dict) and isinstance(said, dict):
            found |= _unsaid(value, said, f"{before}{key}.")
        elif isinstance(value, list) and isinstance(said, list):
            for index, (member, told) in enumerate(zip(value, said, strict=True)):
                if isinstance(member, dict) and isinstance(told, dict):
                    found |= _unsaid(member, told, f"{before}{key}.{index}.")
    return found


def _told(notes: Notes) -> tuple[Problem, ...]:
    """Why a record is refused; with it, what was left out at the same place or below it and so explains it."""
    places = tuple(f"{problem.pointer}/" for problem in notes.refused)
    why = [problem for problem in notes.dropped if f"{problem.pointer}/".startswith(places)]
    return tuple(notes.refused + why)[:_MAX_PROBLEMS]


def _address(node: dict[str, object]) -> str | None:
    written = address_text(node.get("url") or node.get("original_url") or node.get("claimReview"))
    return web_address(written) if written else None
