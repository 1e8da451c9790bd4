"""Each page of the desk links to the guide for its task."""

import re

import pytest
from django.conf import settings
from django.contrib import admin

from factcheck.editorial.desk.board import guides
from factcheck.editorial.models import Review
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom

DOCS = settings.BASE_DIR / "docs"


def guide_on(page: str) -> str:
    found = re.search(r'class="guide-link" href="/en/docs/([^"]+)/"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("guide", sorted({guides.FIRST, *guides.MODELS.values(), *guides.ACTIONS.values()}))
def test_guide_is_there(guide: str) -> None:
    assert (DOCS / f"{guide}.md").is_file()


def test_every_model_of_the_desk_has_a_guide() -> None:
    models = {model._meta.model_name for model in admin.site._registry}
    assert models <= set(guides.MODELS)
    pages = {"card", "comments", "figures", "find", "first", "kept", "notices", "proposal"}
    assert set(guides.MODELS) - models == pages


def test_page_links_to_the_guide_of_its_task(newsroom: Newsroom, live: Review) -> None:
    client = signed_in(newsroom.editor).client
    for path, guide in (
        ("", "tutorials/first-claim"),
        ("editorial/review/", "how-to/write-a-review"),
        (f"editorial/review/{live.pk}/change/", "how-to/write-a-review"),
        (f"editorial/review/{live.pk}/do/correct/", "how-to/correct-a-review"),
        (f"editorial/review/{live.pk}/do/erase/", "how-to/erase-personal-data"),
        (f"editorial/claim/{live.claim_id}/similar/", "how-to/merge-claims"),
        ("editorial/claim/add/", "how-to/log-a-claim"),
        ("editorial/demand/add/", "how-to/enter-a-demand"),
    ):
        assert guide_on(client.get(f"/admin/{path}").content.decode()) == guide, path
