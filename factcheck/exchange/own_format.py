"""The project's own import format, one object a line: checked strictly, since its writer can mend it.

Every key that docs/import.md does not name is refused, and so is every wrong type; each problem names
its place by JSON pointer (RFC 6901). Absent keys are the same as null.
"""

import re
from typing import cast

from factcheck.exchange.checks import (
    boolean,
    form,
    integer,
    labels,
    list_of,
    matching,
    needed,
    object_of,
    one_of,
    refuse,
    text_of,
    uuid,
)
from factcheck.exchange.jsonld import Notes
from factcheck.exchange.normalise import calendar_date, language_tag, site_of_review, web_address
from factcheck.exchange.shapes import (
    MAX_BODY,
    MAX_CLAIM,
    MAX_DESCRIPTION,
    MAX_EXPLANATION,
    MAX_HEADLINE,
    MAX_NAME,
    MAX_ORIGINAL_LABEL,
    MAX_QUOTE,
    MAX_SAME_AS,
    MAX_SLUG,
    MAX_SUMMARY,
    UNKNOWN_LANGUAGE,
    Statement,
)

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SITE = re.compile(r"(?!www\.)[^\s/@:?#A-Z]{1,253}(?::[0-9]{1,5})?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def statement_of(members: dict[str, object], notes: Notes) -> Statement | None:
    """The record of one line, every key present, or None; `notes.refused` then says why."""
    statement = _STATEMENT(members, "", notes)
    if notes.refused:
        return None
    claim, verdict = statement["claim"], statement["verdict"]
    if not (verdict["scale"] and verdict["slug"]) and verdict["original"] is None:
        refuse(notes, "/verdict", "no_verdict", "needs scale and slug, or original with the verdict in words")
    claimant = claim["claimant"]
    if claimant and (claimant["name"] is None) != (claimant["type"] == "unnamed"):
        detail = "a person or organization has a name; who is unnamed has none but a description"
        refuse(notes, "/claim/claimant", "wrong_claimant", detail)
    if claimant and claimant["type"] == "unnamed" and claimant["description"] is None:
        refuse(notes, "/claim/claimant", "wrong_claimant", "who is unnamed needs a description")
    if claimant:
        claimant["confirmed"] = bool(claimant["confirmed"])
    for index, source in enumerate(statement["sources"]):
        if not (source["title"] or source["url"]):
            refuse(notes, f"/sources/{index}", "missing", "needs a title or a url")
    for appearance in claim["appearances"]:
        appearance["first"] = bool(appearance["first"])
    statement["language"] = statement["language"] or UNKNOWN_LANGUAGE
    claim["language"] = claim["language"] or statement["language"]
    publisher = statement["publisher"] or _PUBLISHER({}, "/publisher", notes)
    publisher["type"] = publisher["type"] or "organization"
    publisher["site"] = publisher["site"] or site_of_review(statement["original_url"])
    statement["publisher"] = publisher
    return None if notes.refused else cast("Statement", statement)


_NAME = text_of(MAX_NAME, one_line=True)
_ADDRESS = form(web_address, "an absolute web address (http or https)")
_DATE = form(lambda text: calendar_date(text) if _DAY.fullmatch(text) else None, "a day as YYYY-MM-DD")
_LANGUAGE = form(language_tag, "a language tag (BCP 47)")
_ID = form(uuid, "a UUID")
_SLUGGED = form(
    lambda text: text if len(text) <= MAX_SLUG and _SLUG.fullmatch(text) else None,
    "a slug (a-z, 0-9 and hyphens, at most 60)",
)

_CLAIMANT = object_of(
    {
        "id": _ID,
        "type": needed(one_of("person", "organization", "unnamed")),
        "name": _NAME,
        "description": text_of(MAX_DESCRIPTION),
        "job_title": _NAME,
        "same_as": list_of(_ADDRESS, MAX_SAME_AS),
        "confirmed": boolean,
        "is_public_figure": boolean,
    }
)
_APPEARANCE = object_of(
    {
        "url": needed(_ADDRESS),
        "medium": one_of("text", "image", "video", "audio"),
        "media_sha256": matching(_DIGEST, "64 hexadecimal digits in lower case"),
        "archive_url": _ADDRESS,
        "first": boolean,
    }
)
_CLAIM = object_of(
    {
        "id": _ID,
        "text": needed(text_of(MAX_CLAIM)),
        "language": _LANGUAGE,
        "claimed_on": _DATE,
        "location": _NAME,
        "claimant": _CLAIMANT,
        "appearances": list_of(_APPEARANCE),
    }
)
_ORIGINAL = object_of(
    {
        "label": needed(text_of(MAX_ORIGINAL_LABEL)),
        "value": _NAME,
        "best": _NAME,
        "worst": _NAME,
        "explanation": text_of(MAX_EXPLANATION),
        "image_url": _ADDRESS,
    }
)
_VERDICT = object_of(
    {
        "scale": _SLUGGED,
        "slug": _SLUGGED,
        "label": text_of(MAX_ORIGINAL_LABEL),
        "labels": labels,
        "value": integer,
        "best": integer,
        "worst": integer,
        "explanation": text_of(MAX_EXPLANATION),
        "original": _ORIGINAL,
    }
)
_SOURCE = object_of(
    {
        "title": text_of(MAX_HEADLINE, one_line=True),
        "url": _ADDRESS,
        "publisher": _NAME,
        "stance": one_of("supports", "refutes", "context"),
        "quote": text_of(MAX_QUOTE),
        "archive_url": _ADDRESS,
        "accessed_on": _DATE,
    }
)
_PUBLISHER = object_of(
    {
        "type": one_of("organization", "person"),
        "name": _NAME,
        "site": matching(_SITE, "a host in lower case without www."),
        "url": _ADDRESS,
        "logo_url": _ADDRESS,
        "same_as": list_of(_ADDRESS, MAX_SAME_AS),
        "methodology_url": _ADDRESS,
        "corrections_url": _ADDRESS,
        "principles_url": _ADDRESS,
        "unnamed_sources_url": _ADDRESS,
        "feedback_url": _ADDRESS,
    }
)
_STATEMENT = object_of(
    {
        "id": _ID,
        "original_url": needed(_ADDRESS),
        "language": _LANGUAGE,
        "headline": text_of(MAX_HEADLINE, one_line=True),
        "summary": text_of(MAX_SUMMARY),
        "body": text_of(MAX_BODY),
        "claim": needed(_CLAIM),
        "verdict": needed(_VERDICT),
        "sources": list_of(_SOURCE),
        "publisher": _PUBLISHER,
        "authors": list_of(object_of({"name": needed(_NAME)})),
        "topics": list_of(object_of({"slug": needed(_SLUGGED), "labels": labels})),
        "reviewed_on": _DATE,
        "archive_url": _ADDRESS,
        "license": _ADDRESS,
    }
)
