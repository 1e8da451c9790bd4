"""The register of demands as readers see it."""

import hashlib
import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.proposals import demand_policy, review_policy, workflow
from factcheck.website import queries as reading
from tests.support.drafts import Newsroom, make_newsroom
from tests.website.conftest import HOSTILE, Page, check_page, get
from verifier import verifier


@pytest.fixture(scope="module")
def register(module_database: str) -> SimpleNamespace:
    newsroom = make_newsroom("checkpoint.org")
    review, erased = newsroom.make_review(), newsroom.make_review()
    newsroom.publish_review(review)
    newsroom.publish_review(erased)
    made = {
        "updated": newsroom.make_demand(review, outcome="open", done="", done_on=None, legal_basis=""),
        "court": newsroom.make_demand(
            erased, from_type="court", from_name="", asked="", legal_basis="", outcome="complied",
            withheld_reason="Luật cấm.", publish_after=demand_policy.utc_today(),
        ),
        "person": newsroom.make_demand(from_type="person", from_name="", from_description="người trong ảnh"),
        "hostile": newsroom.make_demand(from_name=HOSTILE, asked=HOSTILE, legal_basis=HOSTILE, done=HOSTILE),
    }  # fmt: skip
    for demand in made.values():
        newsroom.publish_demand(demand)
    newsroom.update_demand(made["updated"], outcome="refused", done="Đã từ chối.", done_on=date(2026, 10, 30))
    newsroom.make_demand(review, from_name="Bản nháp")
    erasure = review_policy.erase(
        review=erased, by=newsroom.editor, ground="court_order", notice="Theo quyết định của tòa án.", redact=False
    )
    workflow.approve(proposal=erasure, by=newsroom.second, digest=erasure.digest)
    addresses = {name: f"/demands/{demand.pk}/" for name, demand in made.items()}
    return SimpleNamespace(review=f"/reviews/{review.pk}/", erased=f"/reviews/{erased.pk}/", **addresses)


def links(page: Page) -> list[str]:
    return [href for href in page.links if href.startswith("/demands/") and href.count("-") == 4 and "?" not in href]


def test_register_lists_the_newest_first(register: SimpleNamespace) -> None:
    page = get("/demands/")
    assert links(page) == [register.hostile, register.person, register.court, register.updated]
    assert "Refused Sở Thông tin tỉnh Ví Dụ Gỡ bài kiểm chứng về nước lũ. About:" in page.text
    assert "Bản nháp" not in page.text


def test_demand_says_what_was_asked_and_what_came_of_it(register: SimpleNamespace) -> None:
    page = get(register.updated)
    assert page.title == "Demand: Sở Thông tin tỉnh Ví Dụ – Toà soạn checkpoint.org"
    for words in (
        "Sở Thông tin tỉnh Ví Dụ State body · received 20 October 2026",
        "The demand Gỡ bài kiểm chứng về nước lũ.",
        "Legal basis none given",
        "About Nước lũ ở Huế đã lên tới mái chùa. – False Addressed to",
        "The outcome Refused Đã từ chối. 30 October 2026",
        "Tòa đã bác yêu cầu.",
    ):
        assert words in page.text, page.text
    assert '<p class="note" lang="vi" dir="auto">Tòa đã bác yêu cầu.</p>' in page.source
    assert register.review in page.links


def test_register_names_the_review_that_a_demand_is_about(register: SimpleNamespace) -> None:
    page = get("/demands/")
    assert "lũ. About: Nước lũ ở Huế đã lên tới mái chùa. – False Toà soạn checkpoint.org · received" in page.text
    assert "Done as demanded Court About: this review a part is left out" in page.text  # it was erased
    assert [href for href in page.links if href.startswith("/reviews/")] == [
        register.erased, register.review,
    ]  # fmt: skip
    assert page.text.count("About:") == 2


def test_claim_of_a_demand_is_in_its_own_language(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim(text="الماء غال.", language="ar")
    review = newsroom.publish_new(claim, headline="", language="fr")
    newsroom.publish_demand(newsroom.make_demand(review))
    assert '<bdi lang="ar">الماء غال.</bdi>' in get("/demands/").source


def test_demand_that_leaves_something_out_says_so(register: SimpleNamespace) -> None:
    page = get(register.court)
    assert "A part has been left out because the law forbids repeating it: Luật cấm." in page.text
    assert "The publication of this entry was delayed until:" in page.text
    assert "The demand Left out." in page.text
    assert "none given, or left out" in page.text


def test_review_leads_to_the_demands_about_it(register: SimpleNamespace) -> None:
    assert register.updated in get(register.review).links
    assert "Demands about this review Sở Thông tin tỉnh Ví Dụ 20 October 2026 · refused" in get(register.review).text
    assert register.court in get(register.erased, status=410).links
    assert "/demands/" in get("/").links


@pytest.mark.parametrize("name", ["list", "updated", "court", "person", "hostile"])
@pytest.mark.parametrize("language", ["en", "vi"])
def test_page_is_plain_and_accessible(register: SimpleNamespace, name: str, language: str) -> None:
    path = "/demands/" if name == "list" else getattr(register, name)
    check_page(Client().get(path, headers={"accept-language": language}, follow=True), language)


@pytest.mark.parametrize(("name", "queries"), [("list", 2), ("updated", 4)])
def test_queries_are_few_and_of_the_reading_role(register: SimpleNamespace, name: str, queries: int) -> None:
    path = "/demands/" if name == "list" else getattr(register, name)
    with (
        CaptureQueriesContext(connections["public"]) as public,
        CaptureQueriesContext(connections["default"]) as others,
    ):
        get(path)
    assert (len(public), len(others)) == (queries, 0)


def test_demand_absent_is_404(register: SimpleNamespace) -> None:
    for path in (
        register.review.replace("reviews", "demands"),
        "/demands/x/",
        f"/demands/?after=0.{UUID(int=0)}",
    ):
        assert "This page doesn’t exist" in get(path, status=404).text


def test_pages_lead_to_each_other(register: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 2)
    first = get("/demands/")
    (older,) = [link for link in first.links if link.startswith("?after=")]
    second = get(f"/demands/{older}")
    assert links(first) == [register.hostile, register.person]
    assert links(second) == [register.court, register.updated]
    (newer,) = [link for link in second.links if link.startswith("?before=")]
    assert links(get(f"/demands/{newer}")) == links(first)
    assert "next" not in second.values("a", "rel")


def test_register_empty_says_so(database: str) -> None:
    assert "No demand has been published yet." in get("/demands/").text


def test_demand_has_the_proof_box_of_reviews(register: SimpleNamespace, tmp_path: Path) -> None:
    page = get(f"/en{register.updated}")
    links = page.values("a", "href")
    (digest,) = re.findall('<code class="digest">([0-9a-f]{64})</code>', page.source)
    assert not [href for href in links if href.endswith("/document/")]
    assert "This review as JSON" not in page.text
    demand = register.updated.split("/")[2]
    assert f"{register.updated}revisions/2/proof.json" in links
    assert links.count(f"/en/verify/?demand={demand}&revision=2") == 2  # in the box and in the list of revisions
    assert f"/en/verify/?demand={demand}&revision=1" in links
    salted = Client().get(f"{register.updated}revisions/2/salted-document")
    assert hashlib.sha256(salted.content).hexdigest() == digest
    file = tmp_path / "proof.json"
    file.write_bytes(Client().get(f"{register.updated}revisions/2/proof.json").content)
    code, lines = verifier.check_proof(file, None, [])
    assert (code, lines[1], lines[4]) == (3, "From: Sở Thông tin tỉnh Ví Dụ", f"Demand: {demand}")
    page = get(f"/en/verify/?demand={demand}&revision=1")
    assert "The links and commands below are for this demand: Sở Thông tin tỉnh Ví Dụ" in page.text
    assert f"{register.updated}revisions/1/proof.json" in page.values("a", "href")
    # A demand isn't a review.
    for path in (f"/reviews/{demand}/revisions/1/proof.json", f"/en/verify/?review={demand}", "/en/verify/?demand=x"):
        get(path, status=404)
