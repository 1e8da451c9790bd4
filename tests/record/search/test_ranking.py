"""The search finds what people mean, best first, in any script, however much there is."""

import re
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.db.models import Q

from factcheck.record import publish as publishing
from factcheck.record.log import entries
from factcheck.record.models import LogEntry, PublishedClaim, PublishedReview
from factcheck.record.readmodel.models import SHELF_BITS
from factcheck.record.search import ranking
from factcheck.record.search.query import read_query
from factcheck.record.search.ranking import Search
from factcheck.tools.budget import current
from tests.record.conftest import disarm, make_statement

FILLER = "Giá xăng dầu hôm qua."


def publish(*reviews: dict[str, Any] | str) -> None:
    """Each a claim's text, or what of a statement is otherwise; their ids are 1, 2, 3, …"""
    publications = []
    for number, given in enumerate(reviews, start=LogEntry.objects.count() + 1):
        wanted = {"text": given} if isinstance(given, str) else given
        statement = make_statement(UUID(int=number), wanted.get("text", FILLER))
        statement |= {"headline": None, "summary": None} | {
            key: value for key, value in wanted.items() if key in ("headline", "summary", "body", "language")
        }
        if name := wanted.get("claimant"):
            statement["claim"]["claimant"] = {
                "id": str(UUID(int=number)), "type": "person", "name": name, "description": None, "job_title": None,
                "same_as": [], "confirmed": True,
            }  # fmt: skip
        publications.append(entries.Publication(UUID(int=number), statement))
    publishing.publish(publications)


def shelve_by(monkeypatch: pytest.MonkeyPatch, bits: int, newest: int, **numbers: int) -> None:
    """The search among so small shelves, of which the newest come first, and with these numbers."""
    small = ranking._SEARCH.replace(f">> {SHELF_BITS}", f">> {bits}")
    monkeypatch.setattr(ranking, "_SEARCH", re.sub(r"last - \d+", f"last - {newest}", small))
    for name, value in numbers.items():
        monkeypatch.setattr(ranking, name, value)


def found(words: str) -> list[int]:
    return [hit.id.int for hit in Search(PublishedReview, read_query(words)).page().hits]


@pytest.fixture(autouse=True)
def record(database: str) -> None:
    disarm()


def all_found(cases: dict[str, list[int]]) -> dict[str, list[int]]:
    return {words: sorted(found(words)) for words in cases}


def test_search_finds() -> None:
    publish(
        "Tin giả lan nhanh", "Đảng viên đi họp", "The flood reached the roof", "Ca COVID-19 và/hoặc cúm ở TP.HCM",
        "Путин, मोदी, السيسي, 国家主席习近平视察, ワクチンの話", "Tăng +84 <b>1,5</b>%",
    )  # fmt: skip
    cases = {
        "tin gia": [1], "TIN GIẢ": [1], "tin gia\u0309": [1], "dang vien": [2], "đảng viên": [2], '"giả tin"': [],
        '"tin giả"': [1], "tin or viên": [1, 2], "tin -giả": [], "-tin": [], "floods": [3], "flood roofs": [3],
        "covid19": [4], "#CaCovid19": [4], "-covid19 tin": [1], "ca -covid19": [], "covid 19": [4], "COVID-19": [4],
        "hoặc": [4], "tp.hcm": [4], "Путин": [5], "मोदी": [5], "السيسي": [5], "习近平": [5], "平近": [], "ワクチン": [5],
        "1,5": [6], "84": [6],
    }  # fmt: skip
    assert all_found(cases) == cases


def test_search_looks_into() -> None:
    names = {"text": "mot", "headline": "hai", "summary": "ba", "claimant": "bon", "body": "nam"}
    publish(FILLER, *({place: f"Thủy điện {name}"} for place, name in names.items()))
    assert [found(f"thuy dien {name}") for name in names.values()] == [[2], [3], [4], [5], [6]]


def test_search_weighs_where_words_stand() -> None:
    publish({"body": "Thủy điện"}, {"claimant": "Thủy điện"}, {"summary": "Thủy điện"}, {"headline": "Thủy điện"})
    assert found("thuy dien") == [4, 3, 2, 1]


def test_search_prefers_short_texts() -> None:
    publish("Thủy điện xả lũ", f"Thủy điện {' '.join(f'chữ{number}' for number in range(30))}")
    assert found("thuy dien") == [1, 2]


def test_search_prefers_the_diacritics_that_were_typed() -> None:
    publish("Anh má nói với em", "Anh mà nói với em", "Anh ma nói với em", "Anh mả nói với em", "Anh mã nói với em")
    assert [found(word)[0] for word in ("má", "mà", "mả", "mã")] == [1, 2, 4, 5]
    assert sorted(found("mà")) == [1, 2, 3, 4, 5]


def test_search_prefers_syllables_that_stand_together() -> None:
    publish(
        "Máy tính bay từ Hà Nội vào Huế", "Tính ra thì từ Huế tới Hà Nội bằng máy mất một ngày", "Máy bay tính giờ",
        "Tính tới hôm nay đã có sáu nghìn người dùng máy",
    )  # fmt: skip
    assert found("may tinh")[0] == 1
    assert found("may tinh")[-1] in (2, 4)


def test_search_of_a_mistyped_syllable_finds_what_has_the_others() -> None:
    publish("Nước lũ đã lên tới mái chùa cổ", "Nước ngập đường Nguyễn Huệ", "Chùa cổ được tu bổ")
    assert found("nuoc lux da len toi mai chua")[0] == 1
    assert found("nuoc lu da bay toi mai chua")[0] == 1
    assert found("xyzzy") == []


def test_search_finds_other_spellings() -> None:
    publish(
        "Ca COVID19 đầu tiên", "Ca COVID-19 đầu tiên", "Trump taxes", "Trump’s taxes", "Phạt 10000 đồng", "Phạt 10.000 đồng",
        "Rally to stop the steal", "WiFi is harmful",
    )  # fmt: skip
    cases = {
        "covid19": [1, 2], "COVID-19": [1, 2], "#Covid19": [1, 2], "Trump": [3, 4], "Trump's": [3, 4],
        "trump’s taxes": [3, 4], "10000": [5, 6], "10.000": [5, 6], "10.000 đồng": [5, 6], "#StopTheSteal": [7],
        "wi-fi": [8], '"covid-19"': [2],
    }  # fmt: skip
    assert all_found(cases) == cases


def test_search_ranks_both_styles_of_a_tone_alike() -> None:
    publish("Anh Hoà nói với em", "Anh Hòa nói với em", "Anh Hóa nói với em", "Anh Hoa nói với em")
    assert found("hoà")[:2] == found("hòa")[:2] == [2, 1]


def test_search_of_a_post_finds_what_has_some_of_its_rarest_words() -> None:
    publish(
        "Dominion voting machines were seized in Ware County", "Voting machines in the county", "Is it true?",
        "Breaking news is it", "A user of that machine",
    )  # fmt: skip
    for asked in (
        "RT @user: BREAKING is it true that Dominion voting machines got seized in Ware County???",
        "“it is true Dominion voting machines in Ware County”",
    ):
        page = Search(PublishedReview, read_query(asked)).page()
        assert (page.hits[0].id.int, page.relaxed) == (1, True)
    assert found("is it a true machine of voting news") == []


def test_search_says_that_it_was_relaxed() -> None:
    publish("Nước lũ đã lên tới mái chùa cổ")
    assert not Search(PublishedReview, read_query("nuoc lu")).page().relaxed
    assert Search(PublishedReview, read_query("nuoc luzz")).page().relaxed


def test_search_finds_what_is_live_alone() -> None:
    publish("Nước lũ", "Nước lũ")
    kept = {
        key: make_statement(UUID(int=1))[key]
        for key in ("id", "original_url", "language", "headline", "publisher", "license")
    }
    withdrawal = {**kept, "headline": "Nước lũ", "claim": {"id": str(UUID(int=1))}}
    publishing.publish([entries.Publication(UUID(int=1), withdrawal, LogEntry.Kind.WITHDRAWAL, note="Sai nguồn.")])
    assert found("nuoc lu") == [2]


def test_search_of_claims_looks_into_headlines_of_reviews() -> None:
    publish({"text": "Nước dâng", "headline": "Ảnh của năm 2020"})
    claims = Search(PublishedClaim, read_query("anh 2020")).page()
    assert [hit.id.int for hit in claims.hits] == [1]


def test_search_pages_by_position_in_both_directions() -> None:
    publish(*["Nước lũ lên"] * 3, *["Nước lũ rất cao ở Huế lên"] * 4)
    asked = Search(PublishedReview, read_query("nuoc len"))
    everything = asked.page(limit=100).hits
    assert [hit.id.int for hit in everything] == [3, 2, 1, 7, 6, 5, 4]
    third = (everything[2].score, everything[2].id)
    assert asked.page(2, third).hits == everything[3:5]
    assert asked.page(2, third, backward=True).hits == [everything[1], everything[0]]


def test_candidates_are_counted_whatever_the_position() -> None:
    """How many there are says how far to look, so that each page looks as far as the first."""
    publish("Nước lũ", "Nước lũ", "Nước lũ", "Nước dâng")
    search_of = Search(PublishedReview, read_query("nuoc lu"))
    first = search_of.page(3)
    assert (len(first.hits), first.candidates) == (3, 3)
    last = first.hits[-1]
    beyond = search_of.page(3, (last.score, last.id))
    assert (beyond.hits, beyond.candidates, beyond.relaxed, beyond.complete) == ([], 3, False, True)


def rank_at_most(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(ranking, "_SEARCH", ranking._SEARCH.replace("LIMIT 400", f"LIMIT {number}"))
    monkeypatch.setattr(ranking, "MAX_CANDIDATES", number)


def test_search_ranks_the_newest_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    rank_at_most(monkeypatch, 3)
    publish("Lũ", *["Lũ lên cao tới mái chùa cổ"] * 5)
    assert found("lu") == [6, 5, 4, 3, 2, 1]


def test_search_reaches_every_match(monkeypatch: pytest.MonkeyPatch) -> None:
    rank_at_most(monkeypatch, 3)
    publish(*["Nước lũ lên tới chùa", "Nước ở chùa cổ và lũ trẻ", {"text": "Nước lũ", "language": "en"}, "Hạn"] * 3)
    for words, condition in product(["lu", "nuoc lu", "nuoc lu or bao", "nuoc lu vang"], [Q(), Q(language="vi")]):
        reaches_every_match(words, condition)


def reaches_every_match(words: str, condition: Q) -> None:
    """The newest are ranked, what is older follows by date; page by page in both directions, from either end."""
    asked = Search(PublishedReview, read_query(words), condition)
    everything = asked.page(100)
    assert sorted(hit.id.int for hit in everything.hits) == sorted(
        number for number in range(1, 13) if number % 4 and (not condition or number % 4 != 3)
    )
    ids = [hit.id.int for hit in everything.hits]
    assert ids[3:] == sorted(ids[3:], reverse=True)
    assert max(ids[3:]) < min(ids[:3])
    for size in (1, 2, 4):
        pages, place = [], None
        while page := asked.page(size, place).hits:
            pages += page
            place = (page[-1].score, page[-1].id)
        assert pages == everything.hits
        back, place = [], None
        while page := asked.page(size, place, backward=True).hits:
            back += page
            place = (page[-1].score, page[-1].id)
        assert back == everything.hits[::-1]
    assert everything.complete


def test_search_without_the_time_for_older_rows_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    rank_at_most(monkeypatch, 1)
    publish("Lũ", "Lũ")
    rows_within = ranking.rows_within
    monkeypatch.setattr(
        ranking,
        "rows_within",
        lambda sql, *others, **named: rows_within(sql, *others, **named) if "newest AS" in sql else None,
    )
    asked = Search(PublishedReview, read_query("lu"))
    answer = asked.page()
    assert ([hit.id.int for hit in answer.hits], answer.complete) == ([2], False)
    assert (asked.page(backward=True).hits, asked.page(backward=True).complete) == ([], False)


def test_search_of_a_common_word_ranks_the_newest_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every third of 12 entries has the word, each has a shelf of its own: so the newest three give one."""
    shelve_by(monkeypatch, 0, 3, MIN_CANDIDATES=1, MAX_RARE=3)
    publish(*["Lũ", "Bão", "Hạn"] * 4)
    answer = Search(PublishedReview, read_query("lu")).page()
    assert ([hit.id.int for hit in answer.hits], answer.candidates) == ([10, 7, 4, 1], 1)  # the older ones unranked
    shelve_by(monkeypatch, 0, 6)
    assert Search(PublishedReview, read_query("lu")).page().candidates == 2


def test_search_ranks_everything_with_a_rare_word(monkeypatch: pytest.MonkeyPatch) -> None:
    shelve_by(monkeypatch, 0, 3, MIN_CANDIDATES=1)
    publish({"text": "Lũ", "headline": "Lũ"}, "Bão", {"body": "Lũ"})
    assert found("lu") == [1, 3]


def test_search_of_a_common_word_that_stands_in_old_reviews_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where an import in one language came before one in another."""
    shelve_by(monkeypatch, 0, 2, MIN_CANDIDATES=2, MAX_RARE=1)
    publish("Lũ", "Lũ", *["Bão"] * 10)
    assert found("lu") == [2, 1]


@pytest.mark.parametrize(("words", "condition"), [("lu", Q(language="en")), ("lu -bao", Q()), ('"lu lu"', Q())])
def test_search_of_a_common_word_that_is_rare_with_what_else_is_asked(monkeypatch, words, condition):
    """How common the word is says nothing then."""
    shelve_by(monkeypatch, 0, 1, MIN_CANDIDATES=1, MAX_RARE=1)
    publish({"text": "Lũ lũ", "language": "en"}, *["Lũ và bão"] * 11)
    hits = Search(PublishedReview, read_query(words), condition).page().hits
    assert [hit.id.int for hit in hits] == [1]


def test_pages_behind_the_newest_shelves(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ranked and the older rows give one order, page by page in both directions."""
    shelve_by(monkeypatch, 1, 5, MIN_CANDIDATES=1, MAX_RARE=1)
    publish(*["Nước lũ lên tới chùa", "Nước lũ", "Nước ở chùa cổ và lũ trẻ"] * 4)
    asked = Search(PublishedReview, read_query("nuoc lu"))
    everything = asked.page(100)
    # The newest five of shelves of two entries; where the words are together comes first.
    assert [hit.id.int for hit in everything.hits] == [11, 10, 8, 7, 5, 4, 12, 9, 6, 3, 2, 1]
    assert (everything.candidates, everything.complete) == (10, True)
    fourth = (everything.hits[3].score, everything.hits[3].id)
    assert asked.page(3, fourth).hits == everything.hits[4:7]
    assert asked.page(2, fourth, backward=True).hits == [everything.hits[2], everything.hits[1]]


def test_search_gives_the_newest_when_the_whole_table_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    shelve_by(monkeypatch, 0, 2)
    publish(*["Nước lũ"] * 4)
    monkeypatch.setattr(ranking, "WHOLE_SHARE", 0)
    with current().within(60):
        answer = Search(PublishedReview, read_query("nuoc lu")).page()
    assert ([hit.id.int for hit in answer.hits], answer.candidates, answer.complete) == ([4, 3, 2, 1], 2, False)


def test_search_gives_what_it_has_when_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    publish("Nước lũ")
    monkeypatch.setattr(
        ranking, "_SEARCH", ranking._SEARCH.replace("SELECT hit.score", "SELECT pg_sleep(2), hit.score", 1)
    )
    with current().within(0.1):
        answer = Search(PublishedReview, read_query("nuoc lu")).page()
    assert (answer.hits, answer.complete) == ([], False)  # not even the sample was read
    with connections["public"].cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_search_of_a_long_body_reads_its_beginning() -> None:
    publish({"body": "mở đầu " + " ".join(f"chữ{number}" for number in range(30_000)) + " kết thúc"})
    assert (found("mo dau chữ7"), found("ket thuc")) == ([1], [])


@pytest.mark.parametrize("table", ["record_publishedreview", "record_publishedclaim"])
def test_a_statement_leaves_no_words_to_be_merged(table: str) -> None:
    """Else every search would read them all again, until PostgreSQL's autovacuum comes by."""
    publish("Tin giả về lũ.", "Tin giả về thuốc.")
    with connections["owner"].cursor() as cursor:
        index = {"record_publishedreview": "review_search", "record_publishedclaim": "claim_search"}[table]
        cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
        assert cursor.fetchone() == (0,)
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER search_merged")
        publish("Tin giả về bão.")
        cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
        assert cursor.fetchone() != (0,)


def test_search_of_rarer_signs_by_each() -> None:
    publish("Bia khắc 𡨸𡦂 từ thế kỷ 15, không phải アイヌㇰ.", FILLER)
    assert [found(words) for words in ("𡨸", "𡦂", "𡨸𡦂", "ㇰ")] == [[1]] * 4


def test_search_of_words_with_invisible_signs() -> None:
    publish(
        "الرئيس السيسي\u200f قال", "می\u200cخواهم به ایران بروم", "به ایران می خواهم", "The vac\u00adcine on your hands\u200b",
        "\u2068Netanyahu\u2069 in ශ්\u200dරී, র\u200c্যাব", "ΝΕΟΣ ΝΟΜΟΣ ΓΙΑ ΤΗΝ ΕΛΛΑΔΑ", "covid ❤\ufe0f vaccine",
    )  # fmt: skip
    cases = {
        "السيسي": [1], "می\u200cخواهم": [2, 3], "می خواهم": [2, 3], '"به ایران می\u200cخواهم"': [3],
        "vaccine": [4, 7], "vac\u00adcine hands": [4], "Netanyahu": [5], "\u2068Netanyahu\u2069": [5],
        "ශ්\u200dරී": [5], "ශ්රී": [5], "র\u200c্যাব": [5], "র\u09cd\u09afাব": [5], "ΝΟΜΟΣ": [6], "νόμος": [6],
        "νομοσ": [6], '"covid ❤\ufe0f vaccine"': [7], "covid❤\ufe0fvaccine": [7], "❤\ufe0f": [],
    }  # fmt: skip
    assert all_found(cases) == cases


def test_search_of_numbers_that_are_no_words() -> None:
    publish("Uống 1 ½ lít nước", "Tầng ② có H₂O")
    cases = {"½ -covid": [], "½": [], '"1 ½ lít"': [1], "½ nước": [1], "tầng ②": [2], "H₂O": [2]}
    assert all_found(cases) == cases


def test_search_of_claims_finds_what_reviews_find() -> None:
    places = ["text", "headline", "summary", "claimant", "body"]
    publish({"text": "Nước dâng"}, *({"text": "Tin khác", place: "Vaccine và thủy điện"} for place in places))
    for words in ("vaccine", "thuy dien", '"thủy điện"', "tin vaccine"):
        reviews = Search(PublishedReview, read_query(words)).page().hits
        claims = Search(PublishedClaim, read_query(words)).page().hits
        assert [hit.id for hit in claims] == [hit.id for hit in reviews]
        assert len(claims) == (4 if words == "tin vaccine" else 5)  # the first has no "tin" any more


def test_search_of_claims_with_too_many_words_leaves_out_the_newest_reviews() -> None:
    body = " ".join(f"{number:04x}" for number in range(4000))
    first = make_statement(UUID(int=1), "Nước dâng") | {"body": body}
    statements = [first]
    for number in range(2, 40):
        words = " ".join(f"{number:x}z{word:04x}" for word in range(2800))
        statements.append(make_statement(UUID(int=number), "Nước dâng") | {"body": words})
        statements[-1]["claim"]["id"] = first["claim"]["id"]
    publishing.publish([entries.Publication(UUID(each["id"]), each) for each in statements])
    assert [len(Search(PublishedClaim, read_query(word)).page().hits) for word in ("0001", "2z0001", "27z0001")] == [
        1,
        1,
        0,
    ]
