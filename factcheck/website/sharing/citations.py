"""Citations of a review as plain text, BibTeX and CSL-JSON.

A citation names the revision and its digest, so a reader can tell whether the review has been corrected since. If the
review was published here, the citation's URL leads to this revision. If the review was imported, the citation has the
publisher's date and URL, and also names the revision on this site.
"""

import json
from collections.abc import Callable

from django.utils.translation import gettext

from factcheck.record.readmodel.answers import answer_of
from factcheck.record.readmodel.bodies import Kept, Review, Tombstone
from factcheck.website.words import day_of, plain

# BibTeX passes titles on to TeX, in which these characters are commands.
_TEX = {
    **{ord(character): f"\\{character}" for character in "&%$#_"},
    # BibTeX counts braces even after a backslash, so a brace in a title could end its field.
    ord("{"): "\\textbraceleft{}",
    ord("}"): "\\textbraceright{}",
    ord("\\"): "\\textbackslash{}",
    ord("~"): "\\textasciitilde{}",
    ord("^"): "\\textasciicircum{}",
}


def plain_citation(review: Kept) -> str:
    """Return the citation as a sentence in the interface's language."""
    return gettext(
        "{authors} ({date}). {title}. Fact-check: {finding}. {newsroom}. The Fact-Check Record, revision {number}, "
        "SHA-256 {digest}. {url} (accessed on: add your date)"
    ).format(
        authors=", ".join(_authors(review)),
        # Translators: a publication without a date, as in citations.
        date=day_of(_issued(review), review.publisher).replace("\xa0", " ") or gettext("n.d."),
        title=_title(review),
        finding=_finding(review),
        newsroom=". ".join(filter(None, (plain(review.publisher.name), review.original_url))),
        number=review.revision.number,
        digest=review.revision.digest,
        url=_revision_url(review),
    )


def bibtex(review: Kept) -> str:
    """Return an entry for BibTeX and BibLaTeX. The names in double braces aren't split into parts."""
    issued = _issued(review)[:7].split("-")
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in _authors(review)),
        "title": f"{{{_tex(_title(review))}}}",
        **({"year": issued[0], "month": f"{int(issued[1])}"} if len(issued) > 1 else {}),
        "howpublished": _tex(plain(review.publisher.name)),
        "note": _tex(_note(review)),
        "url": _in_braces(review.original_url or _revision_url(review)),
        "language": _tex(review.language),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{{_key(review)},\n{lines}}}\n"


def csl_json(review: Kept) -> str:
    """Return a list with one item, as reference managers import it (docs.citationstyles.org)."""
    item = {
        "id": _key(review),
        "type": "webpage",
        "title": _title(review),
        "author": [{"literal": name} for name in _authors(review)],
        "container-title": plain(review.publisher.name),
        "genre": "Fact-check",
        **_parts("issued", _issued(review)),
        **_parts("original-date", "" if review.original_url else review.published_at),
        "version": str(review.revision.number),
        "note": _note(review),
        "URL": review.original_url or _revision_url(review),
        "language": review.language,
    }
    return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


# The media type and the writer of each format, by the extension in the URL.
FORMATS: dict[str, tuple[str, Callable[[Kept], str]]] = {
    "txt": ("text/plain; charset=utf-8", plain_citation),
    "bib": ("application/x-bibtex; charset=utf-8", bibtex),
    "json": ("application/vnd.citationstyles.csl+json", csl_json),
}


def _authors(review: Kept) -> list[str]:
    writers = review.authors if isinstance(review, Review) else []
    return [plain(each.name) for each in writers] or [plain(review.publisher.name)]


def _title(review: Kept) -> str:
    return plain(review.headline or _finding(review))


def _finding(review: Kept) -> str:
    return gettext("Withdrawn review") if isinstance(review, Tombstone) else answer_of(review).line(reason=0)


def _issued(review: Kept) -> str:
    """Return the time of the revision. For an imported review, return the publisher's date or an empty string."""
    if not review.original_url:
        return review.updated_at
    return (review.reviewed_on if isinstance(review, Review) else None) or ""


def _revision_url(review: Kept) -> str:
    return f"{review.url}revisions/{review.revision.number}/"


def _note(review: Kept) -> str:
    revision, place = review.revision, f" {_revision_url(review)}" if review.original_url else ""
    number, digest = revision.number, revision.digest
    return f"Fact-check: {_finding(review)}. The Fact-Check Record, revision {number}, SHA-256 {digest}.{place}"


def _key(review: Kept) -> str:
    return f"factcheck-{review.id[:8]}-{review.revision.number}"


def _parts(name: str, time: str) -> dict[str, dict[str, list[list[int]]]]:
    """Return a date of CSL, or nothing for an empty string. Times in the record are in UTC."""
    return {name: {"date-parts": [[int(part) for part in time[:10].split("-")]]}} if time else {}


def _in_braces(url: str) -> str:
    """Percent-encode braces. Otherwise an imported URL could end its field and add others."""
    return url.replace("{", "%7B").replace("}", "%7D")


def _tex(text: str) -> str:
    return text.translate(_TEX)
