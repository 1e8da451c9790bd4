"""A statement as people read it: what is to be decided on, and what changed since it was last published."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.models import Appearance, Claimant, Demand, Publisher, Source
from factcheck.record.canonical import canonical, sha256_hex

# By place in the statement, as documents.statement and demands.statement build it; what is not here is shown under
# the name of its place.
LABELS: dict[str, Promise] = {
    "headline": _("headline"),
    "summary": _("summary"),
    "body": _("text"),
    "language": _("language"),
    "original_url": _("publisher's page"),
    "archive_url": _("archive link"),
    "claim.id": _("claim: identifier"),
    "claim.text": _("claim"),
    "claim.language": _("language of the claim"),
    "claim.claimed_on": _("said on"),
    "claim.location": _("place"),
    "claim.claimant": _("claimant"),
    "claim.claimant.id": _("claimant: identifier"),
    "claim.claimant.type": _("claimant: type"),
    "claim.claimant.name": _("claimant: name"),
    "claim.claimant.description": _("claimant: description"),
    "claim.claimant.job_title": _("claimant: office or role"),
    "claim.claimant.same_as": _("claimant: same as"),
    "claim.claimant.confirmed": _("claimant: name confirmed"),
    "claim.appearances": _("appearances"),
    "verdict.label": _("verdict"),
    "verdict.explanation": _("why this verdict"),
    "verdict.scale": _("verdict on the scale"),
    "verdict.original": _("publisher's verdict"),
    "verdict.original.label": _("publisher's verdict"),
    "verdict.original.value": _("publisher's rating"),
    "verdict.original.best": _("publisher's best rating"),
    "verdict.original.worst": _("publisher's worst rating"),
    "verdict.original.explanation": _("publisher's explanation"),
    "verdict.original.image_url": _("publisher's rating image"),
    "sources": _("sources"),
    "authors": _("authors"),
    "topics": _("topics"),
    "reviewed_on": _("checked on"),
    "publisher.type": _("publisher: type"),
    "publisher.name": _("publisher: name"),
    "publisher.site": _("publisher: site"),
    "publisher.url": _("publisher: website"),
    "publisher.logo_url": _("publisher: logo"),
    "publisher.same_as": _("publisher: profiles elsewhere"),
    "publisher.methodology_url": _("publisher: methodology"),
    "publisher.corrections_url": _("publisher: corrections policy"),
    "publisher.principles_url": _("publisher: principles"),
    "publisher.unnamed_sources_url": _("publisher: policy on unnamed sources"),
    "publisher.feedback_url": _("publisher: how to report a mistake"),
    "license": _("licence"),
    # Of a demand.
    "review": _("review"),
    "review.id": _("review"),
    "from.type": _("from"),
    "from.name": _("name"),
    "from.description": _("description"),
    "received_on": _("received on"),
    "asked": _("what was asked"),
    "legal_basis": _("legal basis"),
    "outcome": _("outcome"),
    "done": _("what we did"),
    "done_on": _("done on"),
    "withheld": _("why something is left out"),
    "delayed_until": _("not public before"),
}

# What the statement has as a code, by place.
WORDS: dict[str, dict[Any, Any]] = {
    # Whether somebody here stated that the person is a public figure, `confirmed` says.
    "claim.claimant.type": {**dict(Claimant.Type.choices), Claimant.Type.PERSON: _("person")},
    "claim.appearances.medium": dict(Appearance.Medium.choices),
    "sources.stance": dict(Source.Stance.choices),
    "publisher.type": dict(Publisher.Type.choices),
    "from.type": dict(Demand.From.choices),
    "outcome": dict(Demand.Outcome.choices),
}
DAYS = ("claim.claimed_on", "sources.accessed_on", "reviewed_on", "received_on", "done_on", "delayed_until")
# Lines that two texts have in common, and pairs of equal ones among them, up to which these are compared in their
# order: what difflib needs grows with the square of the ones and more with the others.
MOST_LINES, MOST_PAIRS = 1_000, 20_000
ON_SCALE = ("scale", "slug", "value", "worst", "best", "labels")


@dataclass(frozen=True)
class Change:
    """One place of the statement: what went and what came, as texts."""

    label: str | Promise
    removed: list[str]
    added: list[str]


def digest_of(said: dict[str, Any]) -> str:
    return sha256_hex(canonical(said))


def readable_json(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True)


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Every difference between two statements; nothing that differs is left out."""
    return list(_compare("", before, after))


def _compare(place: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    label = LABELS.get(place, place)
    if place == "verdict":
        # What the scale says of a verdict goes with it: one line in place of six.
        on_scale = ({key: said[key] for key in ON_SCALE} for said in (before, after))
        yield from _compare("verdict.scale", *(_line(said, place) for said in on_scale))
        before, after = ({key: value for key, value in said.items() if key not in ON_SCALE} for said in (before, after))
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys(), key=_order(place)):
            yield from _compare(f"{place}.{key}".lstrip("."), before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list):
        old, new = (Counter(_line(part, place) for part in parts) for parts in (before, after))
        removed, added = list((old - new).elements()), list((new - old).elements())
        yield Change(label, removed, added) if removed or added else Change(label, [], [str(_("in another order"))])
    elif place == "body" and before and after:
        yield _paragraphs(label, before.splitlines(), after.splitlines())
    else:
        yield Change(label, *([] if value in (None, {}, "") else [_line(value, place)] for value in (before, after)))


def _order(place: str) -> Any:
    """What has a label first, in the order of the labels."""
    known = {name: number for number, name in enumerate(LABELS)}

    def position(key: str) -> tuple[int, str]:
        full = f"{place}.{key}".lstrip(".")
        first = next((number for name, number in known.items() if name == full or name.startswith(f"{full}.")), 999)
        return first, key

    return position


def _paragraphs(label: str | Promise, before: list[str], after: list[str]) -> Change:
    """The lines that changed, so that a comma in a long text can be found."""
    old, new = ([line for line in lines if line.strip()] for lines in (before, after))
    removed, added = _in_order(old, new) or _in_any_order(old, new)
    return Change(label, removed, added if removed or added else [str(_("in other paragraphs"))])


def _in_order(old: list[str], new: list[str]) -> tuple[list[str], list[str]] | None:
    """What went and what came; None where it would take too long to find out."""
    # Lines that the other text has not are settled already, and between them the matcher would begin anew each time.
    kept = {*old} & {*new}
    was, now = ([place for place, line in enumerate(lines) if line in kept] for lines in (old, new))
    times = Counter(new[place] for place in now)
    if len(was) > MOST_LINES or sum(times[old[place]] for place in was) > MOST_PAIRS:
        return None
    matcher = SequenceMatcher(None, [old[place] for place in was], [new[place] for place in now], False)
    same_old, same_new = set[int](), set[int]()
    for block in matcher.get_matching_blocks():
        same_old.update(was[block.a : block.a + block.size])
        same_new.update(now[block.b : block.b + block.size])
    removed = [line for place, line in enumerate(old) if place not in same_old]
    return removed, [line for place, line in enumerate(new) if place not in same_new]


def _in_any_order(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
    were, are = ([line for line in lines if line in others] for lines, others in ((old, {*new}), (new, {*old})))
    moved = [str(_("in another order"))] if were != are else []
    return list(gone.elements()), [*come.elements(), *moved]


def _line(value: Any, place: str) -> str:
    """What stands at a place on one line: a source as its title, address and so on; codes and days as people say them.

    No two codes of a place have the same word, so that nothing that differs looks alike.
    """
    if isinstance(value, dict):
        parts = [(name, part) for name, part in value.items() if part not in (None, "", [], {}, False)]
        return " · ".join(_line(part, f"{place}.{name}") for name, part in parts)
    if isinstance(value, list):
        return ", ".join(_line(part, place) for part in value)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if place in DAYS:
        return date_format(date.fromisoformat(value))
    return str(WORDS.get(place, {}).get(value, value))
