"""“This isn’t what I asked”: what is counted for the newsroom, by whom, and that nothing of the reader's text is kept."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError, connections
from django.test import Client

from factcheck.editorial.models import Claim, Mismatch
from factcheck.tools.shared_counters import SharedCounters
from factcheck.web import rate_limits
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.sql import run

CLAIM = "Xăng tăng giá lên 30.000 đồng từ ngày mai."
POST = "Xăng giảm giá xuống 20.000 đồng, cô Bích Hường ở chợ nói thế"
COUNT = "INSERT INTO editorial_mismatch (claim_id, newsroom_id, kind, count, last_on) VALUES (%s, %s, %s, %s, now())"


@pytest.fixture(autouse=True)
def own_counters(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    counters = SharedCounters(tmp_path / "counts")
    monkeypatch.setattr(rate_limits, "_counters", lambda _file: counters)


@pytest.fixture
def claim(newsroom: Newsroom) -> Claim:
    return newsroom.publish_claim(CLAIM)


def answer(claim: Any, kind: str = "number", address: str = "192.0.2.1", **headers: str) -> Any:
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/en/claims/{claim.pk}/mismatch/", {"kind": kind}, REMOTE_ADDR=address, **headers)


def counts() -> dict[str, int]:
    return dict(Mismatch.objects.values_list("kind", "count"))


def test_reader_answers_beside_the_claim_without_a_script_or_a_cookie(claim: Claim) -> None:
    page = Client().get("/en/search/", {"q": CLAIM}).content.decode()
    assert page.count("This isn’t what I asked") == 1
    assert f'action="/en/claims/{claim.pk}/mismatch/" method="post" rel="noreferrer"' in page
    response = answer(claim)
    assert (response.status_code, response.headers["Location"]) == (302, f"/en/claims/{claim.pk}/mismatch/?counted")
    assert not response.cookies
    assert "Thank you." in Client().get(response.headers["Location"]).content.decode()
    assert counts() == {"number": 1}


def test_network_counts_once_an_hour_for_a_claim(claim: Claim) -> None:
    for address in ("192.0.2.1", "192.0.2.1", "2001:db8:1:1::1", "2001:db8:1:2::1", "192.0.2.2"):
        assert answer(claim, address=address).status_code == 302
    assert answer(claim, "place").status_code == 302
    assert counts() == {"number": 3}, "two IPv4 addresses and one IPv6 network"


def test_network_answers_about_twenty_claims_an_hour(newsroom: Newsroom) -> None:
    for number in range(22):
        answer(newsroom.publish_claim(f"Lời đồn thứ {number}."))
    assert Mismatch.objects.count() == 20


def test_only_a_published_claim_and_a_known_kind_are_counted(newsroom: Newsroom, claim: Claim) -> None:
    assert answer(claim, "x").status_code == 200
    assert answer(newsroom.make_claim(text="Bản nháp")).status_code == 404
    assert counts() == {}


def test_nothing_of_the_text_is_kept(claim: Claim, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(0):
        response = answer(claim, HTTP_REFERER=f"http://127.0.0.1:8000/en/search/?{urlencode({'q': POST})}")
    assert "q=" not in response.headers["Location"]
    assert all("Bích" not in str(vars(record)) and "B%C3%ADch" not in str(vars(record)) for record in caplog.records)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*) FROM {table} t WHERE t::text ILIKE '%%Bích%%' OR t::text LIKE '%%192.0.2.1%%'"
            )
            assert cursor.fetchone() == (0,), table
    assert counts() == {"number": 1}


def test_newsroom_of_the_claim_sees_the_counts_and_no_other_newsroom(newsroom: Newsroom, claim: Claim) -> None:
    answer(claim)
    answer(claim, "negation", "192.0.2.2")
    lan = signed_in(newsroom.reporter).open("/admin/editorial/mismatch/")
    assert CLAIM in lan.text
    assert "Another number 1" in lan.text
    lan.open(f"/admin/editorial/claim/{claim.pk}/change/")
    assert "but they had asked about: another number: 1 the opposite: 1" in lan.text
    other = signed_in(make_newsroom("khac.example").editor).open("/admin/editorial/mismatch/")
    assert CLAIM not in other.text
    row = Mismatch.objects.first()
    assert row is not None
    assert other.open(f"/admin/editorial/mismatch/{row.pk}/change/").path == "/admin/"


def test_database_counts_up_by_one_for_the_newsroom_of_a_published_claim(newsroom: Newsroom, claim: Claim) -> None:
    other, draft = make_newsroom("khac.example").publisher.pk, newsroom.make_claim(text="Bản nháp")
    own = newsroom.publisher.pk
    answer(claim)
    for sql, values in (
        (COUNT, (claim.pk, own, "place", 7)),
        (COUNT, (claim.pk, other, "place", 1)),
        (COUNT, (draft.pk, own, "place", 1)),
        (COUNT, (claim.pk, own, "bribe", 1)),
        ("UPDATE editorial_mismatch SET count = count + 2", ()),
        ("UPDATE editorial_mismatch SET count = count - 1", ()),
        ("UPDATE editorial_mismatch SET count = count + 1, newsroom_id = %s", (other,)),
        ("UPDATE editorial_mismatch SET count = count + 1, kind = 'place'", ()),
        ("DELETE FROM editorial_mismatch", ()),
    ):
        with pytest.raises(DatabaseError):
            run(sql, *values)
    assert counts() == {"number": 1}
    with pytest.raises(DatabaseError, match="permission denied"), connections["public"].cursor() as cursor:
        cursor.execute("SELECT * FROM editorial_mismatch")
