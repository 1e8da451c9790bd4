"""The verdicts by which reviews of other publishers are compared.

A document keeps its publisher's own words. If two people have adopted a mapping of these words, the review also has the
verdict on this site's scale, in the column `verdict` and beside its own words wherever it is shown. A mapping of the
publisher's words takes precedence over a mapping for every publisher. A verdict in the document takes precedence over
both.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, cast

from factcheck.database.rows import run_public
from factcheck.record.readmodel.bodies import Claim, MappedVerdict, Review, ReviewOfClaim
from factcheck.record.readmodel.row_models import original_verdict_of
from factcheck.record.statements.mapping import ComparableVerdict
from factcheck.record.statements.output import read
from factcheck.record.statements.parts import Part

Body = TypeVar("Body", bound=Part)
_UNMAPPED = '"slug":null'  # in bodies with a verdict outside a scale
_FOUND = "SELECT key, verdict, sequence, body FROM record_publishedmapping WHERE key = ANY(%s)"


def mapping_key(site: str | None, original_verdict: str) -> str:
    """Return the key of a mapping. A mapping for every publisher has no site."""
    return f"{site or ''} {original_verdict}"


def verdict_key(verdict: ComparableVerdict) -> str:
    return f"{verdict.scale}:{verdict.slug}"


def derive_verdicts(rows: Iterable[Any]) -> None:
    """Set the columns of new rows whose publishers' words are mapped. `sql/mappings.sql` does the same for old rows."""
    unmapped = [row for row in rows if row.original_verdict is not None and row.verdict is None]
    found = _find(((row.publisher, row.original_verdict) for row in unmapped), "default")
    for row in unmapped:
        if mapping := _first(found, row.publisher, row.original_verdict):
            row.verdict, row.mapped_by = mapping[:2]


def shown_reviews(model: type[Body], bodies: Iterable[str | bytes]) -> list[Body]:
    """Return the contents of these bodies, with the verdicts by which the live reviews among them are compared."""
    return compare([read(model, body) for body in bodies])


def compare(reviews: Sequence[Body], alias: str = "public") -> list[Body]:
    """Replace the verdicts of live reviews that are mapped, also of short versions, and return all reviews."""
    words = {
        id(each): (each.publisher.site, original_verdict_of(each.verdict.original.label))
        for each in reviews
        if isinstance(each, Review | ReviewOfClaim) and each.verdict.slug is None and each.verdict.original
    }
    found = _find(words.values(), alias)
    for review in cast("Sequence[Any]", reviews):
        if id(review) in words and (mapping := _first(found, *words[id(review)])):
            review.verdict = _mapped(review, read(MappedVerdict, mapping[2]))
    return [*reviews]


def mapper_of(review: Review | ReviewOfClaim) -> str | None:
    """Return the site of the newsroom that mapped the verdict of a review after `compare`, or None."""
    return review.verdict.mapped_by.site if isinstance(review.verdict, MappedVerdict) else None


def mapped_verdicts(bodies: Iterable[str], model: type[Review | Claim] = Review) -> dict[str, MappedVerdict]:
    """Return the mapped verdicts of the reviews or claims with these bodies, by the ids of the reviews."""
    found: list[Any] = [read(model, body) for body in bodies if _UNMAPPED in body]
    reviews = [review for each in found for review in (each.reviews if model is Claim else [each])]
    return {each.id: each.verdict for each in compare(reviews) if isinstance(each.verdict, MappedVerdict)}


def _find(words: Iterable[tuple[str, str]], alias: str) -> dict[str, tuple[str, int, str]]:
    keys = {mapping_key(each, said) for site, said in words for each in (site, None)}
    return {key: found for key, *found in run_public(_FOUND, [[*keys]], alias)} if keys else {}


def _first(found: dict[str, Any], site: str, words: str) -> Any:
    return found.get(mapping_key(site, words)) or found.get(mapping_key(None, words))


def _mapped(review: Review | ReviewOfClaim, verdict: MappedVerdict) -> MappedVerdict:
    """Return the verdict with its label in the review's language or in English, and with the publisher's own rating."""
    labels = {tag.lower(): label for tag, label in verdict.labels.items()}
    preferred = (review.language.lower(), review.language.partition("-")[0].lower(), "en")
    verdict.label = next((labels[tag] for tag in preferred if tag in labels), verdict.slug)
    verdict.explanation, verdict.original = review.verdict.explanation, review.verdict.original
    return verdict
