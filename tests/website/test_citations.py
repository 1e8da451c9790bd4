"""Citations of a review, as people and reference managers read them."""

import json
import re
from datetime import date
from itertools import accumulate

import pytest
from django.test import Client

from factcheck.record.models import LogEntry
from factcheck.record.readmodel.bodies import Review
from factcheck.record.statements.output import construct
from factcheck.website.sharing.citations import bibtex
from tests.api.published import make_imported
from tests.support.drafts import Newsroom
from tests.website.conftest import Published

SITE = "http://127.0.0.1:8000"


def cite(review: str, extension: str, language: str = "en", status: int = 200) -> str:
    response = Client().get(f"{review}cite.{extension}", headers={"accept-language": language})
    assert response.status_code == status
    return response.content.decode()


def newest(review: str) -> LogEntry:
    return LogEntry.objects.filter(subject=review.split("/")[2]).latest("sequence")


def test_plain_citation_names_revision_and_digest(published: Published) -> None:
    entry = newest(published.corrected)
    assert cite(published.corrected, "txt") == (
        f"reporter@kiemchung.example ({entry.at:%-d %B %Y}). Video nước lũ là của năm 2020. Fact-check: “Nước lũ ở Huế "
        "đã lên tới mái chùa.” – Đúng. Toà soạn kiemchung.example. The Fact-Check Record, revision 2, "
        f"SHA-256 {entry.digest}. {SITE}{published.corrected}revisions/2/ (accessed on: add your date)"
    )
    assert "Bài kiểm chứng: “Nước lũ ở Huế đã lên tới mái chùa.” – Đúng." in cite(published.corrected, "txt", "vi")


def test_citation_of_an_imported_review_leads_to_its_publisher(newsroom: Newsroom) -> None:
    review = make_imported(newsroom, "https://outra.example/1", headline="Chá", reviewed_on=date(2019, 8, 14))
    newsroom.publish_review(review)
    path = f"/reviews/{review.pk}/"
    digest, revision = newest(path).digest, f"{SITE}{path}revisions/1/"
    assert cite(path, "txt") == (
        "reporter@kiemchung.example (14 August 2019). Chá. Fact-check: “O chá cura.” – Pants on Fire. Outra Redação. "
        f"https://outra.example/1. The Fact-Check Record, revision 1, SHA-256 {digest}. {revision} "
        "(accessed on: add your date)"
    )
    assert cite(path, "bib") == (
        f"@misc{{factcheck-{str(review.pk)[:8]}-1,\n"
        "  author = {{reporter@kiemchung.example}},\n"
        "  title = {{Chá}},\n"
        "  year = {2019},\n"
        "  month = {8},\n"
        "  howpublished = {Outra Redação},\n"
        "  note = {Fact-check: “O chá cura.” – Pants on Fire. The Fact-Check Record, revision 1, "
        f"SHA-256 {digest}. {revision}}},\n"
        "  url = {https://outra.example/1},\n"
        "  language = {vi},\n}\n"
    )
    (item,) = json.loads(cite(path, "json"))
    assert (item["URL"], item["issued"]) == ("https://outra.example/1", {"date-parts": [[2019, 8, 14]]})
    assert (item["container-title"], item["version"]) == ("Outra Redação", "1")
    assert revision in item["note"]
    assert "original-date" not in item


def test_citation_of_an_undated_import_invents_no_date(published: Published) -> None:
    assert cite(published.imported, "txt").startswith("مرصد (n.d.). “قال الوزير إن الماء غال.” – كاذب. Fact-check: ")
    assert cite(published.imported, "txt", "vi").startswith("مرصد (không rõ ngày). ")
    assert not re.search("year|month", cite(published.imported, "bib"))
    assert "  url = {https://marsad.org/1},\n" in cite(published.imported, "bib")
    (item,) = json.loads(cite(published.imported, "json"))
    assert not {"issued", "original-date"} & {*item}


def test_bibtex_is_one_entry(published: Published) -> None:
    entry = newest(published.corrected)
    key = f"factcheck-{published.corrected.split('/')[2][:8]}-2"
    assert cite(published.corrected, "bib") == (
        f"@misc{{{key},\n"
        "  author = {{reporter@kiemchung.example}},\n"
        "  title = {{Video nước lũ là của năm 2020}},\n"
        f"  year = {{{entry.at:%Y}}},\n"
        f"  month = {{{entry.at:%-m}}},\n"
        "  howpublished = {Toà soạn kiemchung.example},\n"
        "  note = {Fact-check: “Nước lũ ở Huế đã lên tới mái chùa.” – Đúng. The Fact-Check Record, revision 2, "
        f"SHA-256 {entry.digest}.}},\n"
        f"  url = {{{SITE}{published.corrected}revisions/2/}},\n"
        "  language = {vi},\n}\n"
    )


def test_csl_json_is_one_item(published: Published) -> None:
    (item,) = json.loads(cite(published.corrected, "json"))
    entry = newest(published.corrected)
    assert item["type"] == "webpage"
    assert item["title"] == "Video nước lũ là của năm 2020"
    assert item["author"] == [{"literal": "reporter@kiemchung.example"}]
    assert item["container-title"] == "Toà soạn kiemchung.example"
    assert item["issued"] == {"date-parts": [[entry.at.year, entry.at.month, entry.at.day]]}
    assert item["version"] == "2"
    assert entry.digest in item["note"]
    assert item["URL"] == f"{SITE}{published.corrected}revisions/2/"


@pytest.mark.parametrize("extension", ["txt", "bib", "json"])
def test_every_state_can_be_cited(published: Published, extension: str) -> None:
    for review in (published.imported, published.hostile, published.english):
        assert f"{SITE}{review}" in cite(review, extension)
    assert "Withdrawn" in cite(published.withdrawn, extension)
    cite(published.erased, extension, status=410)
    cite("/reviews/00000000-0000-4000-8000-000000000000/", extension, status=404)


def test_bibtex_escapes_what_tex_would_run() -> None:
    review = {
        "id": "bd1d6be1-487b-42da-b21e-6c39ebfe0339",
        "url": f"{SITE}/reviews/bd1d6be1-487b-42da-b21e-6c39ebfe0339/",
        "original_url": "https://a.example/},author={Evil",
        "claim": {"text": "x", "language": "en"},
        "headline": "100 % \\input{x} of $5 & #1_a }}, note = {b ~ ^\n} @misc{evil,",
        "language": "en",
        "publisher": {"name": "A {B} and C"},
        "revision": {"kind": "original", "number": 1, "digest": "0" * 64},
        "verdict": {"label": "False", "labels": {}},
    }
    entry = bibtex(construct(Review, review))
    title = entry.split("title = {{")[1].split("}},\n")[0]
    assert title == (
        r"100 \% \textbackslash{}input\textbraceleft{}x\textbraceright{} of \$5 \& \#1\_a "
        r"\textbraceright{}\textbraceright{}, note = \textbraceleft{}b \textasciitilde{} \textasciicircum{} "
        r"\textbraceright{} @misc\textbraceleft{}evil,"
    )
    assert "  url = {https://a.example/%7D,author=%7BEvil},\n" in entry
    assert r"  author = {{A \textbraceleft{}B\textbraceright{} and C}}," in entry
    depths = list(accumulate({"{": 1, "}": -1}.get(character, 0) for character in entry))
    assert depths.index(0, entry.index("{")) == len(entry) - 2  # BibTeX also counts braces after a backslash
