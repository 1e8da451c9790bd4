"""Pages that explain: the site itself, and how each newsroom checks claims."""

from collections.abc import Iterator
from functools import partial

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_safe

from factcheck.record.formats.text import replace_forbidden
from factcheck.record.formats.word_diff import Piece, word_diff
from factcheck.record.models import ProfileChange, RulesVersion
from factcheck.record.readmodel import profile_rows
from factcheck.record.statements.output import read
from factcheck.record.statements.review import Publisher, Verdict
from factcheck.record.statements.statement_changes import compare
from factcheck.record.statements.statement_labels import label
from factcheck.website import words
from factcheck.website.documentation.guide_views import render_guide
from factcheck.website.documentation.guides import SITE
from factcheck.website.responses import busy_page, is_sample, page_for_readers, within_limits

MAX_STEPS = 20
_OF_VERDICT = {
    "labels": gettext_lazy("Name"),
    "meanings": gettext_lazy("Meaning"),
    "value": gettext_lazy("Place on the scale"),
    "worst": gettext_lazy("Lowest place"),
    "best": gettext_lazy("Highest place"),
}


Scale = tuple[list[tuple[int, list[Verdict]]], list[Verdict]]  # the verdicts by step, and those outside the order


@page_for_readers
def explanation(request: HttpRequest, page: str) -> HttpResponse:
    context = {
        "newsrooms": profile_rows.list_newsrooms() if page in ("about", "complain") else [],
        "contacts": page == "complain",
        "operator": settings.OPERATOR,
        "license": settings.LICENSE_URL,
        "security_contact": bool(settings.SECURITY_CONTACT),
    }
    return render_guide(request, f"{SITE}{page}", "website/explanation.html", **context)


@page_for_readers
def methodology(request: HttpRequest, site: str) -> HttpResponse:
    """Show what a newsroom's published reviews say about its rules and its rating scales, with every change."""
    site = site.lower()
    profile = profile_rows.current_profile(site)
    if not profile:
        raise Http404
    history = [
        {
            "entry": entry,
            "verdict": row.key,
            # A verdict that was published between the two queries isn't in the profile yet.
            "name": _name_of(_content(row.key, profile.get(row.key) or row.body)),
            "parts": changed_parts(row, former),
        }
        for row, entry, former in profile_rows.changes_with_former(site)
    ]
    context = {
        "publisher": read(Publisher, profile[""]),
        "scales": scales_of([read(Verdict, body) for key, body in profile.items() if key]),
        "history": history,
        "rules": _rules_of(site).order_by("page").distinct("page"),
        "sample": is_sample(site),
        "license": settings.LICENSE_URL,
        "json_url": f"{settings.SITE_URL}/api/v1/publishers/{site}/",
    }
    return render(request, "website/methodology.html", context)


@page_for_readers
def rules(request: HttpRequest, site: str, page: str) -> HttpResponse:
    """Show a page of a newsroom's rules with its history, or one earlier version and what it changed (`?version=`)."""
    written = list(_rules_of(site).filter(page=page).defer("text").order_by("-number"))
    best = min(written, key=lambda each: each.language != get_language(), default=None)
    versions = [each for each in written if best and each.language == best.language]
    shown = next((each for each in versions if request.GET.get("version", str(each.number)) == str(each.number)), None)
    if shown is None:
        raise Http404
    former = next((each for each in versions if each.number < shown.number), None)
    # Each review that was published with this digest or a later one put the version into the log too.
    covering = set(_rules_of(site).filter(number__gte=shown.number).values_list("digest", flat=True))
    own = [
        (read(Publisher, row.body), entry) for row, entry, _ in profile_rows.changes_with_former(site) if not row.key
    ]
    context = {
        "site": site,
        "name": own[0][0].name if own else site,
        "versions": versions,
        "shown": shown,
        "changes": former and partial(compare, {"body": former.text}, {"body": shown.text}),
        "entry": next((entry for publisher, entry in reversed(own) if publisher.rules_digest in covering), None),
        "sample": is_sample(site),
        "license": settings.LICENSE_URL,
    }
    respond = partial(render, request, "website/rules.html", context)
    if "version" not in request.GET:
        return respond()
    # A comparison can take as long as a search.
    return within_limits(respond, busy_page(request, **context))


@require_safe
def rules_file(request: HttpRequest, site: str) -> HttpResponse:
    """Return all versions of a newsroom's rules, with what their digests are computed from."""
    return JsonResponse({"versions": list(_rules_of(site).order_by("number").values())})


def _rules_of(site: str) -> QuerySet[RulesVersion]:
    return RulesVersion.objects.using("public").filter(publisher=replace_forbidden(site))


def scales_of(verdicts: list[Verdict]) -> list[Scale]:
    """Return the rating scales with their steps, from "claim is false" to "claim is true", and the others.

    A step without a verdict hasn't been used in a review yet.
    """
    scales: dict[str, list[Verdict]] = {}
    for verdict in sorted(verdicts, key=lambda each: (each.value is None, each.value or 0, each.slug)):
        scales.setdefault(verdict.scale or "", []).append(verdict)
    return [_scale_of(scales[slug]) for slug in sorted(scales)]


def _scale_of(verdicts: list[Verdict]) -> Scale:
    placed: dict[int, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.value is not None:
            placed.setdefault(verdict.value, []).append(verdict)
    worst, best = verdicts[0].worst or 0, verdicts[0].best or 0
    every = range(worst, best + 1) if 0 < best - worst < MAX_STEPS else sorted(placed)
    return [(value, placed.get(value, [])) for value in every], [each for each in verdicts if each.value is None]


def _content(key: str, body: str) -> Publisher | Verdict:
    """Return the content of a profile's row: the newsroom's details under the empty key, or else a verdict."""
    return read(Verdict, body) if key else read(Publisher, body)


def _name_of(content: Publisher | Verdict) -> str:
    if isinstance(content, Publisher):
        return content.name
    return words.in_language(content.labels, content.slug or "")[0]


def changed_parts(row: ProfileChange, former: str | None) -> list[tuple[str, list[Piece]]]:
    """Return what the change replaced, word by word. The list is empty if the row is the first with its key."""
    if former is None:
        return []
    before, after = (dict(_texts_of(_content(row.key, body))) for body in (former, row.body))
    texts = ((place, before.get(place, ""), after.get(place, "")) for place in before | after)
    return [
        (f"{name} ({words.local_name(language)})" if language else name, word_diff(was, now))
        for (name, language), was, now in texts
        if was != now
    ]


def _texts_of(content: Publisher | Verdict) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield each value as a string, with its label and its language.

    A value in several languages is yielded once for each language.
    """
    for key, name in _labels_of(content):
        value = getattr(content, key)
        if isinstance(value, dict):
            yield from (((name, language), text) for language, text in value.items())
        elif isinstance(value, list):
            lines = (words.in_words(each, "Code") if key == "codes" else each for each in value)
            yield (name, ""), "\n".join(lines)
        else:
            yield (name, ""), "" if value is None else str(value)


def _labels_of(content: Publisher | Verdict) -> list[tuple[str, str]]:
    if isinstance(content, Verdict):
        return [(key, str(name)) for key, name in _OF_VERDICT.items()]
    return [(key, str(label(field.title or key))) for key, field in Publisher.model_fields.items()]
