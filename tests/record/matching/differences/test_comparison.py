"""Differences between a post and a claim, on pairs written for this test and on real pairs."""

import json
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.record.matching.differences.comparison import closest_pair, find_differences, read_post
from factcheck.record.matching.differences.dates import read_dates
from factcheck.record.matching.differences.numbers import read_numbers
from factcheck.record.matching.differences.sentences import MAX_SENTENCE, read_sentences

PAIRS = json.loads(Path(__file__).with_name("pairs.json").read_text(encoding="utf-8"))
KINDS = ("negation", "number", "date")
FLOOD = "Nước lũ ở Hà Nội đã lên tới mái chùa."


def differs(post: str, claim: str) -> list[str]:
    sentences = read_post(post)
    pair = closest_pair(sentences, claim) if sentences else None
    return [*find_differences(*pair, alone=len(sentences) == 1)] if pair else []


@pytest.mark.parametrize("kind", KINDS)
def test_differences_of_hand_written_posts_are_found(kind: str) -> None:
    pairs = [(post, pair["claim"]) for pair in PAIRS for post in pair.get(kind, [])]
    assert len(pairs) > 40
    found = [pair for pair in pairs if kind in differs(*pair)]
    assert len(found) >= 0.9 * len(pairs), [pair for pair in pairs if pair not in found]


def test_posts_that_agree_do_not_differ() -> None:
    pairs = [(post, pair["claim"]) for pair in PAIRS for post in pair["agrees"]]
    assert len(pairs) > 70
    assert {pair: found for pair in pairs if (found := differs(*pair))} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_difference_is_not_told_as_another(kind: str) -> None:
    pairs = [(post, pair["claim"]) for pair in PAIRS for post in pair.get(kind, [])]
    assert sum(bool({*differs(*pair)} - {kind}) for pair in pairs) <= 0.05 * len(pairs)


@pytest.mark.prove
def test_real_posts_hardly_differ_from_their_claims(real_data: Path) -> None:
    folder = real_data / "matching/checkthat22_2a_en"

    def read(name: str) -> list[dict[str, str]]:
        return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]

    claims = {each["vclaim_id"]: each["vclaim"] for each in read("vclaims.jsonl")}
    posts = {each["id"]: each["text"] for each in read("queries.jsonl")}
    rows = [line.split("\t") for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    train = [(posts[post], claims[claim]) for post, claim, _, split in rows if split == "train"]
    count = Counter(kind for pair in train for kind in differs(*pair))
    assert len(train) > 990
    assert max(count.values()) < 0.05 * len(train), count


@pytest.mark.parametrize(
    ("post", "claim", "expected"),
    [
        (FLOOD, unicodedata.normalize("NFD", "Nước lũ ở Hà Nội không lên tới mái chùa."), ["negation"]),
        ("nuoc lu o Ha Noi khong len toi mai chua", unicodedata.normalize("NFD", FLOOD), ["negation"]),
        ("Nước lũ ở Hà Nội có lên tới mái chùa không?", FLOOD, []),  # a question
        ("Không khí ở Hà Nội lạnh, nước lũ lên tới mái chùa", FLOOD, []),  # "không khí" is air
        ("Vaccines not only cause autism, they cause cancer", "Vaccines cause autism and cancer", []),
        ("Vaccines do not fail to harm and never cause autism", "Vaccines do not cause autism", []),
        ("The flu killed 300 people", "Der Grippe fielen 80 Menschen zum Opfer", ["number"]),
        ("Grippe 2019", "The flu of 2018 was mild", ["date"]),
        ("COVID-19 kills, says the BBC at 10:30", "COVID-20 kills, says the BBC at 11:45", []),
        ("", FLOOD, []),
        (FLOOD, "", []),
        ("12345", "12346", []),
    ],
)
def test_differences_in_detail(post: str, claim: str, expected: list[str]) -> None:
    assert differs(post, claim) == expected


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,000 people", [1000]),
        ("1.000 người", [1000]),
        ("1 000 personnes", [1000]),
        ("one thousand people", [1000]),
        ("1 nghìn người", [1000]),
        ("2 triệu đồng", [2_000_000]),
        ("2 million", [2_000_000]),
        ("$2.5bn", [2_500_000_000]),
        ("2,5 Millionen", [2_500_000]),
        ("five hundred thousand", [500_000]),
        ("năm triệu người", [5_000_000]),
        ("trong năm ấy", []),
        ("25K ppl", [25_000]),
        ("a dozen", [12]),
        ("5G and COVID-19", []),
        ("٥٠٠ شخص", [500]),
    ],
)
def test_numbers_are_read_in_many_spellings(text: str, values: list[float]) -> None:
    [sentence] = read_sentences(text)
    assert [number.value for number in read_numbers(sentence)] == values


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("on 3 May 2020", [(2020, 5, 3)]),
        ("May 3rd, 2020", [(2020, 5, 3)]),
        ("ngày 3 tháng 5 năm 2020", [(2020, 5, 3)]),
        ("tháng 5/2020", [(2020, 5, None)]),
        ("2020-05-03", [(2020, 5, 3)]),
        ("2020年5月3日", [(2020, 5, 3)]),
        ("in 2020", [(2020, None, None)]),
        ("2020 people", []),
        ("it may rain", []),
    ],
)
def test_dates_are_read_in_many_spellings(text: str, dates: list[tuple[int | None, ...]]) -> None:
    [sentence] = read_sentences(text)
    assert [(date.year, date.month, date.day) for date in read_dates(sentence)] == dates


@pytest.mark.parametrize("text", ["1 " * 2500, "ก" * 5000, "1,000 people died on 3 May. " * 170])
def test_long_sentence_is_split(text: str) -> None:
    found = [sentence.text for sentence in read_sentences(text)]
    assert max(map(len, found)) <= MAX_SENTENCE
    assert "".join("".join(found).split()) == "".join(text.split())


@given(st.text(max_size=300), st.text(max_size=300))
def test_differences_of_anything_at_all(post: str, claim: str) -> None:
    assert {*differs(post, claim)} <= {*KINDS}
    assert differs(claim, claim) == []
