"""Every kind of desk page in a real browser: nothing overflows, and axe finds nothing, in both themes and languages."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from factcheck.editorial.models import ReaderMessage, Review
from factcheck.editorial.proposals import workflow
from tests.api.test_messages import TIP, sent
from tests.editorial.test_comments import say
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom, make_user, waiting

pytestmark = pytest.mark.prove

WIDTHS = (390, 768, 1024, 1440, 1920)
# The rules of WCAG 2.2 at the levels A and AA, and the practices that axe recommends.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def pages_of(newsroom: Newsroom) -> dict[str, str]:
    """One page of each kind, below /admin/."""
    draft, published, submitted = (newsroom.make_review() for _ in range(3))
    newsroom.publish_review(published)
    workflow.submit(subject=submitted, by=newsroom.reporter)
    demand, comment = newsroom.make_demand(), say(newsroom, draft, "@editor " + "rất dài " * 12)
    say(newsroom, draft, "Đã xem.", thread=comment)
    sent("tips", {**TIP, "text": "Nước lũ " + "rất dài " * 90})
    sent("correction-requests", {**TIP, "review": {"id": str(published.pk)}})
    Review.objects.filter(pk=draft.pk).update(headline="Tin đồn " + "rất dài " * 12)
    return {
        "home": "",
        "all lists": "editorial/",
        "reviews": "editorial/review/",
        "claims": "editorial/claim/",
        "new claim": "editorial/claim/add/",
        "claim": f"editorial/claim/{draft.claim_id}/change/",
        "draft": f"editorial/review/{draft.pk}/change/",
        "published": f"editorial/review/{published.pk}/change/",
        "comments": f"comments/review/{draft.pk}/",
        "preview": f"editorial/review/{draft.pk}/preview/",
        "decision": f"editorial/proposal/{waiting(submitted).pk}/decide/",
        "demand": f"editorial/demand/{demand.pk}/change/",
        "scale": "editorial/ratingscale/",
        "groups of messages": "editorial/readermessage/",
        "group of requests": f"editorial/readermessage/{ReaderMessage.objects.get(kind='correction').pk}/group/",
        "reusable answers": "editorial/readermessage/answers/",
        "figures": "figures/",
        "settings of the account": "sign-in/",
    }


def findings(page: Page) -> Iterator[str]:
    for found in Axe().run(page, options=RULES).response["violations"]:
        nodes = [node["html"][:160] for node in found["nodes"][:3]]
        yield f"{found['id']}: {found['help']} {nodes}"


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("vi", "dark")])
def test_desk_is_accessible_and_nothing_overflows(newsroom: Newsroom, language: str, scheme: str) -> None:
    pages, problems = pages_of(newsroom), []
    with desk_of(newsroom.editor, "") as page:
        site = page.url.removesuffix("/admin/")
        page.context.add_cookies([{"name": "django_language", "value": language, "url": site}])
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        for name, path in pages.items():
            page.goto(f"{site}/admin/{path}")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                if (wider := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
                    problems.append(f"{name} is {wider} px too wide for {width} px")
                if width in (390, 1440):
                    problems += [f"{name}, {width} px: {found}" for found in findings(page)]
    assert not problems, "\n".join(problems)


def test_desk_of_an_account_administrator_is_accessible(newsroom: Newsroom) -> None:
    problems: list[str] = []
    with desk_of(make_user("sysop", is_superuser=True), "") as page:
        for path in ("", "editorial/user/", "editorial/user/add/", "editorial/publisher/", "editorial/job/"):
            page.goto(f"{page.url.partition('/admin/')[0]}/admin/{path}")
            problems += [f"{path}: {found}" for found in findings(page)]
    assert not problems, "\n".join(problems)
