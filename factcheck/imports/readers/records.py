"""The step from an object in a file to a record, whatever the object's format."""

from factcheck.imports.readers import claimreview, google_claims, own_format
from factcheck.imports.readers.files import Candidate, types_of
from factcheck.imports.readers.imported_review import ImportedReview
from factcheck.imports.readers.jsonld import address_text
from factcheck.imports.readers.jsonld_graphs import Node, with_references, with_short_terms
from factcheck.imports.readers.normalise import web_address
from factcheck.imports.readers.results import Notes, Problem, Record, Refusal, record_key
from factcheck.record.formats.canonical import JsonObject
from factcheck.record.statements.values import UNKNOWN_LANGUAGE
from factcheck.tools.language_detection import detect_language

_MAX_PROBLEMS = 20  # for a single record


def record_of(found: Candidate, stated_language: str = "") -> Record | Refusal | None:
    """Return the record in an object from a file, or None for other nodes in an `@graph`.

    Examples of other nodes are pages, people and pictures. `stated_language` applies to records without a language.
    """
    try:
        return _record_of(found, stated_language)
    except RecursionError:
        return Refusal(found.position, (Problem("", "unreadable", "nested too deeply"),))


def _record_of(found: Candidate, stated_language: str) -> Record | Refusal | None:
    node, types, notes = with_short_terms(found.node), types_of(found.node), Notes()
    unspecified: frozenset[str] = frozenset()
    explicit: JsonObject | None = None  # the values that the file contains, without defaults
    if "ClaimReview" in types or (not types and "claimReviewed" in node):
        statement = claimreview.statement_of(with_references(node, found.nodes), notes)
        unspecified = claimreview.unspecified_paths(statement) if statement else unspecified
    elif types:
        if found.in_graph:
            return None
        statement = None
        notes.refused.append(Problem("/@type", "other_type", f"not a ClaimReview but {', '.join(sorted(types))[:200]}"))
    elif "claimReview" in node:
        statement, unspecified = google_claims.statement_of(node, notes), google_claims.UNSPECIFIED
        explicit = statement = own_format.complete_record(statement).to_json_object() if statement else None
    elif "claim" in node or "original_url" in node:
        statement = own_format.statement_of(node, notes)
        explicit = node if found.is_row else None
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
        return Refusal(found.position, _refusal_problems(notes), _address(node))
    review = own_format.complete_record(statement)
    if explicit is not None:
        every_key = dict.fromkeys(ImportedReview.model_fields) | review.to_json_object()
        unspecified |= _unspecified_paths(every_key, explicit)
    stated = review.language
    unspecified = complete_language(review, stated_language, unspecified)
    # The key depends only on the file. The other key finds the review if another file stated or left out the language.
    other = UNKNOWN_LANGUAGE if stated != UNKNOWN_LANGUAGE else review.language
    key, other_key = (record_key(review.original_url, review.claim.text, language) for language in (stated, other))
    return Record(found.position, key, review, tuple(notes.dropped), unspecified, other_key)


def complete_language(statement: ImportedReview, stated: str, unspecified: frozenset[str]) -> frozenset[str]:
    """Set the language of a record without a language, and return the unspecified paths.

    `stated` is the language that the importer states for the whole file, or "". If it is "", the language is detected
    and marked as detected. An existing review keeps its own language at the returned paths.
    """
    if statement.language != UNKNOWN_LANGUAGE:
        return unspecified - {"language_detected"}
    claim, language = statement.claim, stated or detect_language(_text(statement))
    shares = claim.language == UNKNOWN_LANGUAGE
    if language:
        statement.language, statement.language_detected = language, not stated
        claim.language = language if shares else claim.language
    paths = {"language", "language_detected"} | ({"claim.language"} if shares else set())
    return unspecified - paths if stated else unspecified | paths


def _text(statement: ImportedReview) -> str:
    texts = (statement.headline, statement.claim.text, statement.summary, statement.body)
    return "\n".join(text for text in texts if text)


def _unspecified_paths(statement: JsonObject, given: JsonObject, before: str = "") -> set[str]:
    """Return the paths in the statement for which no value was given.

    Paths of list members contain the member's number.
    """
    found: set[str] = set()
    for key, value in statement.items():
        given_value = given.get(key)
        if value is None or given_value is None or given_value == []:
            found.add(before + key)
        elif isinstance(value, dict) and isinstance(given_value, dict):
            found |= _unspecified_paths(value, given_value, f"{before}{key}.")
        elif isinstance(value, list) and isinstance(given_value, list):
            for index, (member, explicit) in enumerate(zip(value, given_value, strict=True)):
                if isinstance(member, dict) and isinstance(explicit, dict):
                    found |= _unspecified_paths(member, explicit, f"{before}{key}.{index}.")
    return found


def _refusal_problems(notes: Notes) -> tuple[Problem, ...]:
    """Return the reasons for the refusal, and the dropped values at or below the same position that explain them."""
    places = tuple(f"{problem.pointer}/" for problem in notes.refused)
    why = [problem for problem in notes.dropped if f"{problem.pointer}/".startswith(places)]
    return tuple(notes.refused + why)[:_MAX_PROBLEMS]


def _address(node: Node) -> str | None:
    written = address_text(node.get("url") or node.get("original_url") or node.get("claimReview"))
    return web_address(written) if written else None
