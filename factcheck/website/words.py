"""Published values as readers see them: words, dates and safe URLs.

The functions are also filters and tags of templates (`templatetags/published.py`).
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from factcheck.record.formats.text import plain as plain
from factcheck.record.formats.time_zones import zone
from factcheck.record.formats.urls import site_of
from factcheck.record.log.models import ChangeClass
from factcheck.record.statements import demand, review  # noqa: F401 (they define subclasses of Choices)
from factcheck.record.statements.statement_labels import KINDS, choices, language_title, tone_of
from factcheck.record.statements.values import Choices

_WORDS = {
    "kind": KINDS,
    "class": dict(ChangeClass.choices),
    "ground": {
        "court_order": _("A court ordered it."),
        "personal_data": _("It protects a private person’s data."),
        "law": _("Another law required it."),
        "other": _("For another reason."),
    },
    "stance": {
        "supports": _("supports the claim"),
        "refutes": _("refutes the claim"),
        "context": _("gives context"),
    },
    "claimant": {"person": _("person"), "organization": _("organisation"), "unnamed": _("not named")},
}
_CREATIVE_COMMONS = re.compile(r"^https?://creativecommons\.org/licenses/([a-z-]+)/([0-9.]+)/?$")
MAX_STEPS = 10
MAX_ADDRESS = 56


@lru_cache(maxsize=4096)  # the dates of a page repeat, and Django takes 40 microseconds for each
def _format(at: date, _language: str | None) -> str:
    return formats.date_format(at)


Item = TypeVar("Item")


def get_item(values: Mapping[str, Item], key: str) -> Item | None:
    """Return the value with this key, or None."""
    return values.get(key)


def in_words(value: str | None, kind: str) -> str:
    """Translate a code from the record into the reader's language. An unknown code isn't changed.

    `kind` is a key of `_WORDS`, or the name of a subclass of `Choices`.
    """
    bare = (value or "").rpartition(".")[2]
    return str((_WORDS.get(kind) or _words_of(kind)).get(bare, bare))


@cache
def _words_of(name: str) -> dict[str, str | Promise]:
    (words,) = (each for each in Choices.__subclasses__() if each.__name__ == name)
    return dict(choices(words))


def show_times_of(publisher: review.Publisher) -> str:
    """Show the page's times in the publisher's zone. Other pages show them in the site's zone (`page_for_readers`)."""
    timezone.activate(zone(publisher.time_zone))
    return ""


def _local(value: str | datetime, publisher: review.Publisher | None = None) -> datetime:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return timezone.localtime(at, zone(publisher.time_zone) if publisher else None)


def day_of(value: str | datetime | None, publisher: review.Publisher | None = None) -> str:
    """Format a date, or the date of a time in the zone of the publisher or the page.

    Return an empty string if there is no date.
    """
    if not value:
        return ""
    is_day = isinstance(value, str) and "T" not in value
    return _format(date.fromisoformat(str(value)) if is_day else _local(value, publisher).date(), get_language())


def time_tag(value: str | datetime, publisher: review.Publisher | None = None) -> SafeString:
    """Return the element `time` for a date or a time, as a day in the zone of the publisher or the page."""
    return _time_element(value, day_of(value, publisher))


def moment_tag(value: str | datetime) -> SafeString:
    """Return the element `time` for a time with hours, minutes and the name of the page’s zone."""
    return _time_element(value, formats.date_format(_local(value), "DATETIME_FORMAT"))


def _time_element(value: str | datetime, text: str) -> SafeString:
    """Return the element, with the time in UTC for programs. HTML allows at most three digits after the second."""
    if not isinstance(value, str) or "T" in value:
        value = _local(value).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return format_html('<time datetime="{}">{}</time>', value, text)


def safe_url(value: str | None) -> str:
    """Return the URL if it is safe to link to, otherwise an empty string. The record also checks URLs."""
    try:
        return value if value and urlsplit(value).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def host(value: str) -> str:
    """Return the host of a URL, or an empty string if the value isn't a URL."""
    return site_of(value) if safe_url(value) else ""


def short(value: str) -> str:
    """Return a URL without its scheme, shortened if it is long."""
    bare = value.partition("://")[2] or value
    return bare if len(bare) <= MAX_ADDRESS else f"{bare[: MAX_ADDRESS - 1]}…"


def has_page(claimant: review.Claimant) -> bool:
    """Return whether the claimant has a page: an organisation, or a public figure whose name an editor confirmed."""
    return claimant.type == "organization" or bool(claimant.type == "person" and claimant.confirmed)


def in_sentence(name: str) -> str:
    """Return a language's name for the middle of a sentence. Vietnamese writes its first letter in lower case there."""
    return name[:1].lower() + name[1:] if get_language() == "vi" else name


def lang(value: str) -> str:
    """Return the value of the attribute `lang`. An unknown language becomes an empty string."""
    return "" if value == "und" else value


def language_name(value: str) -> str:
    """Return a language's translated name, or its tag.

    Return an empty string for the reader's own language and for an unknown language.
    """
    if value == "und" or value.partition("-")[0].lower() == (get_language() or "").partition("-")[0]:
        return ""
    return language_title(value)


def local_name(value: str) -> str:
    """Return a language's name in the language itself, or its tag."""
    try:
        return str(get_language_info(value)["name_local"])
    except KeyError:
        return value


def license_name(value: str) -> str:
    """Return the short name for a Creative Commons URL, for example "CC BY 4.0", and the host for any other URL."""
    if found := _CREATIVE_COMMONS.match(value):
        return f"CC {found[1].upper()} {found[2]}"
    return site_of(value)


def translated_label(verdict: review.Verdict) -> str:
    """Return the verdict's label in the reader's language if this label differs from the review's label."""
    label = verdict.labels.get(get_language() or "", "")
    return "" if label == verdict.label else label


def label_language(verdict: review.Verdict, language: str) -> str:
    """Return the language of a verdict's label: the review's language, or English if this label is missing."""
    spoken = {tag.lower() for tag in verdict.labels}
    if not spoken or not spoken.isdisjoint({language.lower(), language.partition("-")[0].lower()}):
        return language
    return "en" if "en" in spoken else "und"


class ScalePosition(NamedTuple):
    """The position of a verdict on its scale. The tone is low, middle or high, and the step at the value is true."""

    tone: str
    steps: list[bool]


def scale(verdict: review.Verdict) -> ScalePosition | None:
    """Return the verdict's position on its scale, or None without a scale."""
    value, worst, best = verdict.value, verdict.worst, verdict.best
    if value is None or worst is None or best is None or best == worst:
        return None
    size = abs(best - worst) + 1
    direction = 1 if best > worst else -1
    steps = [step == value for step in range(worst, best + direction, direction)] if size <= MAX_STEPS else []
    return ScalePosition(tone_of(value, worst, best), steps)


def external_link(url: str | None, text: str | None = None) -> SafeString:
    """Return a link to another site, isolated from the surrounding writing direction. An unsafe URL becomes text."""
    words = text or url or ""
    if not safe_url(url):
        return format_html("<bdi>{}</bdi>", words)
    return format_html('<a href="{}" rel="nofollow noopener noreferrer"><bdi>{}</bdi></a>', url, words)


def link_reviews(text: str) -> SafeString:
    """Return a text of editors, in which only the URLs of reviews on this site are links."""
    url = rf"({re.escape(settings.SITE_URL)}(?:/[a-z]{{2}})?/reviews/[0-9a-f-]{{36}}/(?:[a-z0-9_-]+/)*)"
    parts = enumerate(re.split(url, text))  # every second part is a URL
    link = '<a href="{0}">{0}</a>'
    return format_html_join("", "{}", ((format_html(link, part) if at % 2 else part,) for at, part in parts))


def in_language(texts: Mapping[str, str], fallback: str = "") -> tuple[str, str]:
    """Return the text in the reader's language or in another available language, and the text's language."""
    for language in (get_language() or "", "en", *texts):
        if texts.get(language):
            return texts[language], language
    return fallback, ""


def verdict_text(texts: Mapping[str, str], fallback: str) -> SafeString:
    """Return a verdict's label or meaning, in the reader's language if possible, as an element with `lang`."""
    text, language = in_language(texts, fallback)
    return format_html('<bdi lang="{}">{}</bdi>', language, text)


def one_line(text: str) -> str:
    return " ".join(text.split())


def full_url(name: str, *parts: object) -> str:
    """Return a URL with the site's host, for example for a command in a terminal."""
    return f"{settings.SITE_URL}{reverse(name, args=parts)}"


def topic_label(topic: review.Topic) -> str:
    """Return a topic's name in the reader's language, or in another available language."""
    return in_language(topic.labels, topic.slug)[0]
