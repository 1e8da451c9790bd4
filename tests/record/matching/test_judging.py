"""Whether a claim says the same as a post. Unsure means that it doesn't."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from factcheck.record.matching.judging import Judgement, judge

PAIRS = json.loads((Path(__file__).parent / "differences/pairs.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", autouse=True)
def with_vectors() -> Iterator[None]:
    with override_settings(EMBEDDINGS_URL=""):
        yield


def judged(post: str, claim: str, at_most: int = 5) -> Judgement:
    [found], _reason = judge(post, [[claim]], at_most=at_most)
    return found


@pytest.mark.parametrize(
    ("post", "claim"),
    [
        ("Ibuprofen tablets contain the virus", "Paracetamol tablets contain the virus"),
        ("giá xăng giảm từ ngày mai", "Giá xăng tăng từ ngày mai"),
        ("The new vaccine is unsafe for children", "The new vaccine is safe for children"),
        ("Drinking coconut juice cures cancer", "Drinking lemon juice cures cancer"),
        ("The mayor of Hue was arrested", "The mayor of Hue resigned"),
        ("Biden's lawyer paid Trump's son", "Trump's lawyer paid Biden's son"),
        ("Azerbaijan đe dọa ném bom Armenia", "Armenia đe dọa ném bom Azerbaijan"),
        ("Vaccines don't cause autism", "Vaccines cause autism"),
        ("The flood killed 30 people in Hanoi", "The flood killed 80 people in Hanoi"),
        ("The bridge opened on 3 May 2020", "The bridge opened on 3 May 2021"),
        ("Bộ Y tế cấm bán thuốc lá điện tử", "Bộ Y tế cho phép bán thuốc lá điện tử"),
        ("ไวรัสอยู่ในไอบูโพรเฟน", "ไวรัสอยู่ในพาราเซตามอล"),
        ("Israel was bombed by Iran on Friday", "Israel bombed Iran on Friday"),
        ("Russia has attacked overnight", "Russia was attacked overnight"),
        ("Trump is out of prison", "Trump is in prison"),
        ("Giá xăng đi lên", "Giá xăng đi xuống"),
        ("Voters over 65 need a permit", "Voters under 65 need a permit"),
        ("The vaccine may cause autism", "The vaccine causes autism"),
        ("Anh đưa quân vào Syria", "Ta đưa quân vào Syria"),
        ("Medicare will be cut in May", "Medicaid will be cut in May"),
        ("Chlorine cures the coronavirus", "Chloroquine cures the coronavirus"),
        ("Hà Nội bỏ lệnh cấm xe máy", "Hà Nội ra lệnh cấm xe máy"),
        ("Nearly all patients in Texas died", "All patients in Texas died"),
        ("ung thu chua duoc", "Ung thư chữa được"),
    ],
)
def test_something_else_about_the_same_thing_is_not_the_same(post: str, claim: str) -> None:
    assert not judged(post, claim).says_the_same
    assert not judged(claim, post).says_the_same


@pytest.mark.parametrize(
    "post",
    [
        "Nước lũ đã lên tới mái chùa.",
        "nuoc lu da len toi mai chua",
        "KHẨN CẤP!!! 🙏 Nước lũ đã lên tới mái chùa. Thật không?",
    ],
)
def test_claim_in_the_words_of_the_post_is_the_same(post: str) -> None:
    assert judged(post, "Nước lũ đã lên tới mái chùa.", at_most=0).says_the_same


def test_sentence_of_a_claim_is_not_the_claim() -> None:
    assert not judged("He was arrested", "Trump met Putin in Helsinki. He was arrested.").says_the_same
    assert not judged("This is false", "5G causes covid. This is false.").says_the_same


def test_harmless_words_and_merged_wordings_are_the_same() -> None:
    assert judged("The mayor of Hue resigned", "Mayor of Hue has resigned", at_most=0).says_the_same
    post, claim = "Millets won't keep the coronavirus away", "Millets will not keep the coronavirus away"
    assert judged(post, claim, at_most=0).says_the_same
    [found], _reason = judge("The mayor quit.", [["The mayor resigned.", "The mayor quit."]], at_most=0)
    assert found.says_the_same


def test_claim_in_other_words_can_be_the_same() -> None:
    post, claim = "5G towers make people sick with coronavirus", "5G towers cause the coronavirus disease in people"
    assert judged(post, claim).says_the_same
    assert not judged(post, claim, at_most=0).says_the_same
    with override_settings(EMBEDDINGS_URL="off"):
        assert not judged(post, claim).says_the_same


@pytest.mark.parametrize(("kind", "most"), [("name", 100), ("negation", 10), ("number", 10), ("date", 10)])
def test_no_hand_written_post_that_differs_is_the_same(kind: str, most: int) -> None:
    pairs = [(post, pair["claim"]) for pair in PAIRS for post in pair.get(kind, [])]
    assert [pair for pair in pairs[:most] if judged(*pair).says_the_same] == []


def test_words_that_differ_are_named() -> None:
    found = judged("Ibuprofen tablets contain the virus", "Paracetamol tablets contain the virus")
    assert (found.asked, found.checked) == (("Ibuprofen",), ("Paracetamol",))
    found = judged("Mật ong để bao lâu cũng bị hỏng", "Mật ong để bao lâu cũng không hỏng")
    assert (found.asked, found.checked) == (("bị",), ("không",))
    found = judged("Giá xăng giảm", "Giá xăng tăng")
    assert (found.asked, found.checked) == (("giảm",), ("tăng",))


@pytest.mark.parametrize("text", ["", "?", "🙏", "1 " * 2000, "ก" * 4000, "\u202eabc", "a" * 5000])
def test_anything_can_be_judged(text: str) -> None:
    claim: Any
    for claim in ("Nước lũ đã lên tới mái chùa.", text):
        assert judge(text, [[claim], [claim, text]], at_most=1)[0][1].says_the_same in (True, False)
