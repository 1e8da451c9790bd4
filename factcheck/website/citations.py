"""Citations of a review as plain text, BibTeX and CSL-JSON.

A citation names the revision and its digest, so a reader can tell whether the review has been corrected since.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext

from factcheck.website.queries import Body
from factcheck.website.share_cards import verdict_words
from factcheck.website.templatetags.published import day_of, plain

# BibTeX passes titles on to TeX, in which these characters are commands.
_TEX = {
    **{ord(character): f"\\{character}" for character in "&%$#_"},
    # BibTeX counts braces even after a backslash, so a brace in a text could end its field.
    ord("{"): "\\textbraceleft{}",
    ord("}"): "\\textbraceright{}",
    ord("\\"): "\\textbackslash{}",
    ord("~"): "\\textasciitilde{}",
    ord("^"): "\\textasciicircum{}",
}


def plain_citation(review: Body) -> str:
    """Return the citation as a sentence in the interface's language."""
    return gettext(
        "{authors} ({date}). {title}. Fact-check, verdict: {verdict}. {newsroom}. Revision {number}, SHA-256 {digest}. "
        "{url} (accessed on: add your date)"
    ).format(
        authors=", ".join(_authors(review)),
        date=day_of(review["updated_at"]),
        title=_title(review),
        verdict=_verdict(review),
        newsroom=plain(review["publisher"]["name"]),
        number=review["revision"]["number"],
        digest=review["revision"]["digest"],
        url=review["url"],
    )


def bibtex(review: Body) -> str:
    """Return an entry for BibTeX and BibLaTeX. The names in double braces aren't split into parts."""
    issued = _date(review["updated_at"])
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in _authors(review)),
        "title": f"{{{_tex(_title(review))}}}",
        "year": f"{issued.year}",
        "month": f"{issued.month}",
        "howpublished": _tex(plain(review["publisher"]["name"])),
        "note": _tex(_note(review)),
        "url": review["url"],
        "language": _tex(review["language"]),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{{_key(review)},\n{lines}}}\n"


def csl_json(review: Body) -> str:
    """Return a list with one item, as reference managers import it (docs.citationstyles.org)."""
    item: dict[str, Any] = {
        "id": _key(review),
        "type": "webpage",
        "title": _title(review),
        "author": [{"literal": name} for name in _authors(review)],
        "container-title": plain(review["publisher"]["name"]),
        "genre": "Fact-check",
        "issued": _parts(review["updated_at"]),
        "original-date": _parts(review["published_at"]),
        "version": str(review["revision"]["number"]),
        "note": _note(review),
        "URL": review["url"],
        "language": review["language"],
    }
    return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


# The media type and the writer of each format, by the extension in the URL.
FORMATS: dict[str, tuple[str, Callable[[Body], str]]] = {
    "txt": ("text/plain; charset=utf-8", plain_citation),
    "bib": ("application/x-bibtex; charset=utf-8", bibtex),
    "json": ("application/vnd.citationstyles.csl+json", csl_json),
}


def _authors(review: Body) -> list[str]:
    return [plain(each["name"]) for each in review.get("authors", ())] or [plain(review["publisher"]["name"])]


def _title(review: Body) -> str:
    return plain(review["headline"] or review["claim"].get("text") or gettext("Withdrawn review"))


def _verdict(review: Body) -> str:
    withdrawn = review["revision"]["kind"] == "withdrawal"
    return gettext("Withdrawn") if withdrawn else verdict_words(review, review["language"])


def _note(review: Body) -> str:
    revision = review["revision"]
    return f"Fact-check, verdict: {_verdict(review)}. Revision {revision['number']}, SHA-256 {revision['digest']}."


def _key(review: Body) -> str:
    return f"factcheck-{review['id'][:8]}-{review['revision']['number']}"


def _date(time: str) -> date:
    return datetime.fromisoformat(time).astimezone(UTC).date()


def _parts(time: str) -> dict[str, list[list[int]]]:
    day = _date(time)
    return {"date-parts": [[day.year, day.month, day.day]]}


def _tex(text: str) -> str:
    return text.translate(_TEX)
