"""Search finds words in other forms and inside running text, in many languages and scripts."""

import unicodedata

import pytest
from django.db import connections

from factcheck.record.models import PublishedReview
from factcheck.record.readmodel.bodies import Review
from factcheck.record.search import lookup, snippets
from factcheck.record.search.lookup import look_up, with_stems
from factcheck.record.search.query import read_query
from factcheck.record.search.ranking import Search
from factcheck.record.search.words import split_words
from factcheck.record.statements.output import construct
from tests.record.search.test_ranking import found, publish


def test_other_forms_are_found(bare_record: None) -> None:
    cases = [
        ("ru", "Вакцина изменяет ДНК", "вакцины"), ("ru", "Опасные добавки в хлебе", "добавок"),
        ("uk", "Вакцина змінює людину", "вакцини"), ("und", "Президент подписал указ", "президента"),
        ("pl", "Podatek od psów", "podatki"), ("pl", "Prezydent podpisał ustawę", "prezydenta ustawy"),
        ("cs", "Očkování mění DNA", "očkováním"), ("ta", "தேர்தலில் வாக்கு இயந்திரங்கள்", "தேர்தல்"),
        ("ar", "اللقاحات تسبب العقم", "لقاح"), ("ar", "أبراج الاتصالات", "برج"),
        ("hi", "मंदिर तोड़ने का वीडियो", "मंदिरों"), ("bn", "হাসপাতালে অক্সিজেন নেই", "হাসপাতাল"),
        ("ko", "백신을 맞은 사람", "백신이"), ("id", "Pesawat jatuh karena ditembak", "menembak"),
        ("de", "Flüchtlinge erhalten Häuser", "haus"), ("de-AT", "Die Impfung wirkt", "Impfungen"),
        ("fr", "Les élections truquées", "election"), ("es", "Vacunas peligrosas", "vacuna peligroso"),
        ("th", "น้ำท่วมเชียงใหม่เมื่อวานนี้", "เชียงใหม่"), ("th", "วัคซีนCOVID19ฟรี", "covid19"),
        ("lo", "ລົດໄຟລາວຈີນຕົກລາງ", "ລາວ"), ("my", "မန္တလေးငလျင်ကြောင့်တံတားပြို", "ငလျင်"),
        ("km", "ទឹកជំនន់នៅភ្នំពេញ", "ភ្នំពេញ"), ("km", "ទឹក\u200bជំនន់\u200bនៅ\u200bភ្នំពេញ", "ជំនន់នៅ"),
        ("zh", "疫苗里含有微型芯片", "芯片"),
    ]  # fmt: skip
    publish("Giá xăng dầu hôm qua", *({"text": text, "language": language} for language, text, _words in cases))
    alike = {
        2: [4, 2],
        4: [4, 2],
        24: [25, 24],
        25: [25, 24],
    }  # Russian and Ukrainian, and Khmer with and without spaces
    for number, (_language, text, words) in enumerate(cases, start=2):
        for form in ("NFC", "NFD"):
            assert found(unicodedata.normalize(form, words)) == alike.get(number, [number]), text


def test_words_keep_their_stems_when_the_remembered_words_are_forgotten(
    module_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "MAX_REMEMBERED", 0)
    for words in (["вакцины"], ["вакцины", "добавок"]):
        stems = look_up(words).stems
        assert [*stems] == words
        assert all(stems.values())


@pytest.mark.parametrize(
    ("language", "text", "asked"),
    [
        # In German, "biden" has the stem "bid". In Italian, "giao" has the stem "gia".
        ("en", "A bid of the gia Impfungen", ["biden"]),
        ("vi", "A bid of the gia Impfungen", ["giao"]),
        ("und", "A bid of the gia Impfungen", ["impfung"]),
        ("th", "น้ำท่วมเชียงใหม่", ["ไมเชียง", "เชยง"]),
    ],
)
def test_other_words_are_not_found(bare_record: None, language: str, text: str, asked: list[str]) -> None:
    publish({"text": text, "language": language})
    for words in asked:
        results = Search(PublishedReview, read_query(words)).page()
        assert results.relaxed or not results.hits


def test_review_in_another_language_has_no_advantage(bare_record: None) -> None:
    publish({"text": "Obama in Berlin", "language": "de"}, {"text": "Obama in London", "language": "en"})
    assert found("obama") == [2, 1]


def test_very_long_run_without_spaces(bare_record: None) -> None:
    run = "กขคงจฉชซ" * 2500
    publish({"text": "ข่าว", "body": f"{run}น้ำท่วม", "language": "th"}, {"text": "a" * 5000, "body": "b" * 20_000})
    assert found("คงจฉ") == [1]
    assert look_up(["b" * 400]).stems["b" * 400]


def test_database_splits_words_in_the_same_way(module_database: str) -> None:
    texts = [
        "น้ำท่วมCOVID19ที่เชียงใหม่ในปี๒๕๖๗ ราคา5000บาท", "ລົດໄຟ123ລາວ", "ကာကွယ်ဆေး၂၀၂၀", "ភ្នំពេញ។ខ្មែរ", "aิb กi\u200dิข",
        "中文 ก่ก้ ฯลฯ ๆ", "שלום العربية ไทย",
    ]  # fmt: skip
    with connections["public"].cursor() as cursor:
        for text in texts:
            cursor.execute(
                "SELECT to_tsvector('public.factcheck', public.record_words(lower(%s)))::text,"
                " to_tsvector('public.factcheck', array_to_string(%s::text[], ' '))::text",
                [text, split_words(text)],
            )
            by_database, by_python = cursor.fetchone()
            assert by_database == by_python, text


def test_query_with_stems_excludes_other_forms(module_database: str) -> None:
    assert with_stems("'19'&!'дом'") == "'19'&!('дом'|'z0дом')"


def test_other_forms_are_marked(module_database: str) -> None:
    headlines = {"ru": "О вакцинах и вакцине", "ar": "عن اللقاحات", "en": "Bid for Biden", "id-ID": "Pesawat ditembak"}
    claim = {"text": "", "claimant": None}
    bodies = [
        construct(Review, {"language": language, "headline": headline, "claim": claim})
        for language, headline in headlines.items()
    ]
    marked = snippets.mark(bodies, read_query("вакцина or لقاح or biden or menembak"))
    assert [each["headline"] for each in marked] == [
        "О <mark>вакцинах</mark> и <mark>вакцине</mark>",
        "عن <mark>اللقاحات</mark>",
        "Bid for <mark>Biden</mark>",
        "Pesawat <mark>ditembak</mark>",
    ]
