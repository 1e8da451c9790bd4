"""Has this been checked already? By words alone, and with vectors."""

import time
import unicodedata
from collections.abc import Iterable
from itertools import product
from random import Random
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from factcheck.record import publish as publishing
from factcheck.record.log import entries
from factcheck.record.matching import candidates
from factcheck.record.matching import matches as matching
from factcheck.record.matching.claim_groups import Wordings, about_the_same, share_words
from factcheck.record.matching.match_numbers import THRESHOLD
from factcheck.record.matching.match_scoring import Match
from factcheck.record.matching.matches import match, match_batch
from factcheck.record.models import LogEntry, PublishedReview, ReviewVector
from factcheck.record.search.questions import LONG
from tests.record.conftest import make_statement
from tests.record.readmodel.test_merges import merge

FLOOD = "Nước lũ đã lên tới mái chùa."
WATER = "Drinking warm water with lemon cures cancer."
VACCINE = "Vaccines contain microchips that track people."


def publish(
    text: str,
    headline: str | None = None,
    *,
    claim: UUID | None = None,
    on: str | None = None,
    summary: str | None = None,
    body: str | None = None,
) -> UUID:
    """A live review; returns its id, which is its claim's too unless that is named."""
    subject = uuid4()
    more = {"headline": headline, "summary": summary, "body": body, "reviewed_on": on}
    statement = {**make_statement(subject, text), **more}
    if claim:
        statement["claim"]["id"] = str(claim)
    publishing.publish([entries.Publication(subject, statement)])
    return subject


def publish_many(texts: Iterable[str]) -> None:
    publications = []
    for text in texts:
        statement = {**make_statement(uuid4(), text), "headline": None, "summary": None}
        publications.append(entries.Publication(UUID(statement["id"]), statement))
    if publications:
        publishing.publish(publications)


def invented(count: int) -> list[str]:
    """So many words that nobody knows, none of which resembles another."""
    rolled = Random(1)
    return ["".join(rolled.choice("bcdfgklmnprst") + rolled.choice("aeiou") for _ in range(4)) for _ in range(count)]


def found(text: str) -> list[UUID]:
    return [each.claim_id for each in ranked(text)]


def ranked(text: str, limit: int = 10) -> list[Match]:
    return match(text, limit=limit).ranked


def test_match_finds_the_claim_in_other_words(bare_record: None) -> None:
    publish(FLOOD, "Video là của năm 2020")
    water = publish(WATER, "Lemon water is no cure")
    publish(VACCINE, "No chips in vaccines")
    text = "BREAKING: doctors say lemon in warm water really cures every CANCER!! https://t.co/x1y2"
    best, matching = ranked(text)[0], match(text)
    assert best.claim_id == water
    assert matching.method == best.judged_by == "words"
    assert matching.explanation == "Matching by meaning is switched off on this site."
    assert 0.1 < best.score < 1
    assert 0.3 < best.matched["words"] < 0.8
    assert list(best.matched) == ["words"]


def test_match_of_a_word_that_older_bodies_have(bare_record: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MAX_FOUND", 3)
    for _ in range(4):
        publish(WATER, body="It was spread on Telegram.")
    telegram = publish("Telegram zyxwv")
    summed_up = publish(VACCINE, summary="It was spread on Telegram.")
    assert found("telegram zyxwv") == [telegram, summed_up]


def test_match_of_a_word_that_many_bodies_have_leaves_room_for_the_next(bare_record, monkeypatch):
    monkeypatch.setattr(candidates, "MAX_READ", 4)
    monkeypatch.setattr(candidates, "READ_EACH", 3)
    publish("Telegram is closed")
    for _ in range(4):
        publish(WATER, body="It was spread on Telegram.")
    other = publish("Zyxwv is open")
    assert other in found("telegram zyxwv")


def test_match_without_diacritics(bare_record: None) -> None:
    flood = publish(FLOOD)
    publish("Nước mắm chữa được ung thư.")
    assert found("nuoc lu da len toi mai chua")[0] == flood


def test_match_with_and_without_diacritics_scores_the_same(bare_record: None) -> None:
    marked, plain = publish("Nước lũ đã lên tới mái chùa"), publish("Nuoc lu da len toi mai chua")
    scores = {each.claim_id: each.score for each in ranked("nuoc lu da len toi mai chua")}
    assert scores[marked] == scores[plain]


def test_words_that_are_judged_stand_once_in_every_script(bare_record: None) -> None:
    publish("Вода лечит", summary="Мост цел", body="Река")
    with connections["public"].cursor() as cursor:
        cursor.execute("SELECT ts_filter(search, '{a,b}')::text FROM record_publishedreview")
        assert cursor.fetchall() == [("'вода':1A 'лечит':2A 'мост':3B 'цел':4B",)]


def test_match_of_misspelt_words(bare_record: None) -> None:
    vaccine = publish(VACCINE)
    publish(WATER)
    assert found("vacines contian microchps!")[0] == vaccine
    [one] = ranked("microchps")
    [right] = ranked("microchips")
    assert 0 < one.score < right.score


def test_match_of_a_misspelt_word_among_many_that_are_known(bare_record: None) -> None:
    vaccine = publish(VACCINE)
    known = ["".join(letters) for letters in product("bdg", "ao", "lmn", "ie", "kt")][:60]
    publish_many([" ".join(known[:30]), " ".join(known[30:])] * 2)  # less rare than what was meant
    assert vaccine in found(f"{' '.join(known[:45])} microchps")
    other = " ".join(f"{' '.join(word[:4] for word in known[start : start + 8])}." for start in range(0, 52, 2))
    assert len(other) > LONG
    [best, *_] = ranked(f"{other} Vacines contian microchps! {other}")
    assert best.claim_id == vaccine
    assert best.matched["words"] == pytest.approx(ranked("Vacines contian microchps!")[0].matched["words"])


def test_match_of_runs_of_letters_that_are_no_words(bare_record: None) -> None:
    """A text longer than twice the longest word isn't compared with all words: that takes a third of a second."""
    publish("Nobody knows Llanfairpwllgwyngyllgogerychwyrndrobwll at all")
    assert found("llanfairpwllgwyngyllgogerychwyrndrobwl") != []
    assert found("llanfairpwllgwyngyllgogerychwyrndrobwll" * 4) == []


def test_match_that_takes_too_long(bare_record: None, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(VACCINE)
    monkeypatch.setattr(matching, "SECONDS", 0.05)
    monkeypatch.setattr(candidates, "_CANDIDATES", "SELECT pg_sleep(5) WHERE %(most)s > 0")
    with pytest.raises(TimeoutError):
        match(VACCINE)


def test_match_of_unknown_words_that_resemble_nothing(bare_record: None) -> None:
    publish(VACCINE)
    assert found("microscope chipmunks") == []


def test_match_in_another_normal_form(bare_record: None) -> None:
    flood = publish(FLOOD)
    assert match(unicodedata.normalize("NFD", FLOOD)) == match(FLOOD)
    assert found(unicodedata.normalize("NFD", FLOOD)) == [flood]


def test_match_right_to_left(bare_record: None) -> None:
    claim = publish("شرب الماء الدافئ مع الليمون يعالج السرطان")
    assert found("\u202bالليمون يعالج السرطان\u202c") == [claim]


def test_match_takes_tags_apart(bare_record: None) -> None:
    water = publish(WATER)
    assert found("#LemonWater 😱😱 @cancer_cures") == [water]


def test_match_of_several_reviews_is_one_claim(bare_record: None) -> None:
    water = publish(WATER)
    publish(WATER, "Chanh không chữa được ung thư", claim=water)
    assert found("lemon water cures cancer") == [water]
    assert found("chanh chữa ung thư") == [water]


def test_match_finds_as_many_where_the_likeliest_were_merged(bare_record: None) -> None:
    water, *others = ids = [uuid4() for _ in range(6)]
    for claim in ids:
        publish(WATER, claim=claim)
    publishing.publish([merge(other, water) for other in others])
    lemon = publish("Lemon water is drunk warm.")
    assert found(WATER) == [water, lemon]
    assert [each.claim_id for each in ranked(WATER, limit=2)] == [water, lemon]


def test_match_of_what_is_not_live_any_more(bare_record: None) -> None:
    water = publish(WATER)
    tombstone = {**make_statement(water), "claim": {"id": str(water)}}
    for key in ("summary", "body", "verdict", "sources", "authors", "topics", "reviewed_on", "archive_url"):
        del tombstone[key]
    publishing.publish([entries.Publication(water, tombstone, LogEntry.Kind.WITHDRAWAL, note="It was ours no longer.")])
    assert found(WATER) == []
    assert ReviewVector.objects.count() == 0


def test_match_prefers_what_was_checked_soon_after_the_post(bare_record: None) -> None:
    late, soon = publish(WATER, on="2021-05-01"), publish(WATER, on="2018-02-13")
    early, undated = publish(WATER, on="2014-01-01"), publish(WATER)
    assert found(f"{WATER} — Lemon Lover (@lemons) February 11, 2018") == [soon, undated, late, early]
    assert len({each.score for each in ranked(WATER)}) == 1


def test_match_of_anything_at_all(bare_record: None) -> None:
    publish(WATER)
    for text in (
        "", " \n ", "?!… 🤷", "x" * 5000, "a " * 2500, "'\\&|!():*<->" * 300, "\x00\ud800", "العربية" * 700,
        "https://example.org/a?b=c",
    ):  # fmt: skip
        assert ranked(text) == []


@given(st.text(max_size=200))
def test_match_never_fails(module_database: str, text: str) -> None:
    assert ranked(text) == []


def test_match_of_a_long_text_finds_what_one_sentence_says(bare_record: None) -> None:
    water = publish(WATER)
    filler = "We talked about the weather, about our neighbours and about football. " * 30
    assert found(f"{filler}{WATER} {filler}"[:5000])[0] == water


@pytest.mark.parametrize("others", [0, 3, 300])
def test_match_of_a_claim_among_words_that_no_claim_has(bare_record: None, others: int) -> None:
    vaccine = publish(VACCINE)
    publish_many(f"Story number {number} about prices and the weather in town" for number in range(others))
    assert found(f"{VACCINE} {' '.join(invented(60))}")[0] == vaccine


@pytest.mark.parametrize("others", [0, 3, 300])
def test_match_of_a_claim_in_the_middle_of_a_long_text(bare_record: None, others: int) -> None:
    """Other claims' words are around it, and words of no claim; the sentence is scored as if it were alone."""
    vaccine = publish(VACCINE)
    publish_many(f"Story number {number} about prices and the weather in town" for number in range(others))
    words = iter(invented(400))
    around = [f"This town has {next(words)} {next(words)}, and prices of {next(words)} too." for _ in range(68)]
    text = " ".join([*around[:34], VACCINE, *around[34:]])
    assert 3900 < len(text) < 5000
    best = ranked(text)[0]
    assert best.claim_id == vaccine
    assert best.score >= 0.5
    assert best.matched["words"] == pytest.approx(1)


def test_match_of_an_article_with_more_sentences_than_are_judged(bare_record: None) -> None:
    vaccine = publish(VACCINE)
    assert found("Oh. " * 1000 + VACCINE)[0] == vaccine


def test_claims_that_differ_rank_after_claims_that_agree(bare_record: None) -> None:
    safe, harmful = publish("Lemon water does not cure cancer"), publish("Lemon water does cure cancer")
    [first, second] = ranked("Lemon water does cure cancer")
    assert [(first.claim_id, first.judgement.differs), (second.claim_id, second.judgement.differs)] == [
        (harmful, ()),
        (safe, ("negation",)),
    ]
    [first, second] = ranked("Lemon water does not cure cancer")
    assert [(first.claim_id, first.judgement.differs), (second.claim_id, second.judgement.differs)] == [
        (safe, ()),
        (harmful, ("negation",)),
    ]
    assert first.score > second.score


def test_claim_that_agrees_is_the_first_even_if_only_one_is_asked_for(bare_record: None) -> None:
    publish("Lemon water cured 500 people in Hanoi in 2019")
    small = publish("Lemon water cured 20 people, a paper in Hanoi says")
    [best] = ranked("Lemon water cured 20 people in Hanoi", limit=1)
    assert (best.claim_id, best.judgement.differs) == (small, ())


def test_scores_are_ordered_and_few(bare_record: None) -> None:
    for number in range(15):
        publish(f"Lemon water number {number} cures cancer")
    results = ranked("lemon water cures cancer", limit=4)
    assert len(results) == 4
    assert [each.score for each in results] == sorted((each.score for each in results), reverse=True)
    assert all(isinstance(each, Match) and 0 <= each.score <= 1 for each in results)


def test_rebuild_keeps_what_is_expected(bare_record: None) -> None:
    publish(WATER)
    before = list(ReviewVector.objects.values())
    call_command("rebuild_record", verbosity=0)
    assert list(ReviewVector.objects.values()) == before
    assert len(before) == PublishedReview.objects.count() == 1


@pytest.mark.parametrize(
    "text", ["I had soup for lunch", "so tired today", "Trưa nay mình ăn phở bò", "happy new year"]
)
def test_everyday_sentence_is_about_no_claim(bare_record: None, text: str) -> None:
    publish("I had a dream that soup for sale in this town is bad for children")
    publish("Năm nay mình ăn Tết sớm hơn một tháng")
    publish("A new year begins for everyone who is tired")
    assert match(text).results == []


THAI = (
    "ดื่มน้ำมะนาวผสมโซดาช่วยรักษาโรคมะเร็งให้หายขาดได้", "วัคซีนโควิดทำให้แม่เหล็กติดแขนของผู้ที่ฉีด",
    "คลิปน้ำท่วมเชียงใหม่เป็นเหตุการณ์ที่เกิดขึ้นเมื่อวานนี้", "ตำรวจจับกุมนักการเมืองชื่อดังที่สนามบินสุวรรณภูมิ",
    "พบสารพิษในบะหมี่กึ่งสำเร็จรูปยี่ห้อดัง", "นายกรัฐมนตรีประกาศลาออกจากตำแหน่งในคืนนี้",
    "การอาบน้ำตอนกลางคืนทำให้เป็นโรคหลอดเลือดสมอง", "กรมอุตุนิยมวิทยาเตือนพายุลูกใหม่เข้าภาคใต้วันศุกร์",
    "โรงเรียนทั่วประเทศปิดเพราะไข้หวัดใหญ่ระบาด", "ยาพาราเซตามอลมีเชื้อไวรัสอันตรายจากอเมริกาใต้",
)  # fmt: skip


def test_thai_sentences_are_compared_by_more_than_single_signs(bare_record: None) -> None:
    publish_many([*THAI, *invented(60)])
    for everyday in ("เมื่อคืนฝนตกหนักจนนอนไม่หลับ", "ใครเห็นร่มสีแดงของฉันบ้าง", "ลืมโทรศัพท์ไว้ที่บ้านเพื่อน", "คุณยายสอนฉันทำขนมครก"):
        assert max((each.score for each in ranked(everyday)), default=0) < 0.5
    for reworded in ("น้ำมะนาวโซดารักษามะเร็งได้จริงหรือ", "เตือนภัย บะหมี่กึ่งสำเร็จรูปมีสารพิษ อย่ากิน"):
        assert ranked(reworded)[0].score >= THRESHOLD


def test_exact_copy_of_a_claim_is_a_result_by_words_alone(bare_record: None) -> None:
    water = publish(WATER)
    publish("Drinking warm water with honey helps you sleep.")
    [result] = match(WATER).results
    assert (result.claim_id, result.judged_by) == (water, "words")
    assert result.score >= THRESHOLD


def test_reviews_of_claims_that_say_the_same_are_one_group(bare_record: None) -> None:
    """Each publisher has a claim of its own. None of them makes the others improbable."""
    first = publish("Drinking warm water with lemon cures every cancer.")
    copy = publish("Drinking warm water with lemon cures every cancer!")
    contradictions = [
        publish("Drinking warm water with lemon cures every cancer, a hoax."),
        publish("Drinking warm water with lemon doesn't cure every cancer."),
        publish("Drinking warm water with honey cures every cancer."),
    ]
    answer = match("drinking warm water with lemon cures every cancer")
    [group] = answer.results
    judged = {each.claim_id: each.judgement.says_the_same for each in (group, *group.others)}
    assert judged == {first: True, copy: True}
    assert {each.claim_id for each in answer.ranked} == {*judged, *contradictions}
    assert all(each.others == () for each in (*answer.related, *answer.candidates))
    assert match("drinking warm water with lemon cures every cancer", limit=1).results == [group]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Petrol prices rise in Hanoi today", "Petrol prices fall in Hanoi today", False),
        ("Giá xăng ở Hà Nội tăng từ hôm nay", "Giá xăng ở Hà Nội giảm từ hôm nay", False),
        ("The dog bit the man in Huế", "The man bit the dog in Huế", False),
        ("Masks stop the virus in schools", "Masks don't stop the virus in schools", False),
        ("The flood killed 12 people in Huế", "The flood killed 20 people in Huế", False),
        ("COVID-19 vaccine", "COVID-19 vaccine causes deaths in Norway", False),
        ("Gia xang o Ha Noi giam tu hom nay", "Giá xăng ở Hà Nội giảm từ hôm nay", False),
        ("喝柠檬水能治癌症", "喝柠檬水能治愈癌症", False),
        ("A video shows the helicopter crash", "The helicopter crash", False),
        ("Fox News is not available in Canada", "Fox News Channel is not available in Canada.", False),
        ("Chính phủ tăng giá xăng dầu", "Chính phủ hoãn tăng giá xăng dầu", False),
        ("Nước nóng diệt được virus", "Nước nóng khó diệt được virus", False),
        ("Bộ trưởng Y tế bị bắt", "Con trai Bộ trưởng Y tế bị bắt", False),
        ("The mayor of Huế arrested today", "The wife of the mayor of Huế arrested today", False),
        ("The mayor of Huế was convicted today", "The mayor of Huế was falsely convicted today", False),
        ("Lemon water kills cancer cells", "Lemon water hardly kills cancer cells", False),
        ("The minister signed the new law", "The minister almost signed the new law", False),
        ("Israel has attacked the port", "Israel was attacked the port", False),
        ("Lemon water kills cancer cells", "Lemon water kills cancer cells, a hoax", False),
        ("Lemon water kills cancer cells", "Lemon water kills cancer cells is a lie", False),
        ("Lemon water kills cancer cells", "Lemon water kills cancer cells. This is false.", False),
        ("Nước chanh diệt tế bào ung thư", "Nước chanh diệt tế bào ung thư là tin đồn", False),
        ("Nước chanh diệt tế bào ung thư", "Nước chanh diệt tế bào ung thư bị bác bỏ", False),
        ("5G causes coronavirus", "5G causes CORONAVIRUS!", True),
        ("Nước chanh diệt tế bào ung thư", "“Nước chanh diệt tế bào ung thư.”", True),
    ],
)
def test_only_claims_in_the_same_words_are_put_together(one: str, other: str, same: bool) -> None:
    assert share_words(one, other) is share_words(other, one) is same


def test_claims_about_the_same_thing_by_their_vectors_are_one_in_the_background() -> None:
    first, near, other, third = (uuid4() for _ in range(4))
    claims = {
        first: Wordings(["a"], frozenset({first, near})),
        near: Wordings(["b"], frozenset({first, near, third})),
        other: Wordings(["c"], frozenset()),
        third: Wordings(["d"], frozenset({near, third})),
    }
    # `third` is near to a claim that is put together itself, so it stays alone.
    order = [first, near, other, third]
    assert about_the_same(claims, order) == {first: first, near: first, other: other, third: third}


def test_batch_ends_after_its_time_whatever_takes_it(bare_record: None, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(VACCINE)
    compared: list[float] = []
    monkeypatch.setattr(matching, "BATCH_SECONDS", 0.3)
    monkeypatch.setattr(matching, "score_claims", lambda *_, **__: compared.append(1) or time.sleep(0.1) or [])
    with pytest.raises(TimeoutError):
        match_batch([VACCINE] * 20)
    assert len(compared) < 10
