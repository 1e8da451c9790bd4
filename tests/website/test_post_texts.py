"""The text for a post: its length as platforms count it, and what it never contains."""

import pytest
import regex
from django.utils import translation

from factcheck.record.readmodel.bodies import Kept, Review, Tombstone
from factcheck.record.statements.output import construct
from factcheck.website.sharing.post_texts import MAX_LENGTH, length_of, post_text

URL = "https://factcheck.example.org/reviews/bd1d6be1-487b-42da-b21e-6c39ebfe0339/"


def review(
    claim: str, verdict: str = "Sai", newsroom: str = "Tòa soạn Kiểm Chứng", kind: str = "original", summary: str = ""
) -> Kept:
    body = {
        "url": URL,
        "language": "vi",
        "summary": summary,
        "claim": {"text": claim, "language": "vi"},
        "publisher": {"name": newsroom},
        "verdict": {"label": verdict, "labels": {"vi": verdict, "en": "False"} if verdict == "Sai" else {}},
    }
    return construct(Tombstone, body) if kind == "withdrawal" else construct(Review, body)


def written(language: str, *about: str, **more: str) -> str:
    with translation.override(language):
        return post_text(review(*about, **more), language)


def test_verdict_comes_first_then_claim_and_link() -> None:
    claim = "Nước lũ ở Huế đã lên tới mái chùa."
    assert written("en", claim) == (f"Verdict: False. The claim: “{claim}” – checked by Tòa soạn Kiểm Chứng\n{URL}")
    assert written("vi", claim) == (
        f"Kết luận: Sai. Nội dung được kiểm chứng: “{claim}” – theo Tòa soạn Kiểm Chứng\n{URL}"
    )


def test_reason_is_added_if_it_fits() -> None:
    whole = f"Verdict: False. The claim: “A” – checked by B\nWhy: Filmed in 2020 by […].\n{URL}"
    assert written("en", "A", newsroom="B", summary="Filmed in 2020 by @x.example.") == whole
    assert "Why" not in written("en", "A" * 150, newsroom="B", summary="Filmed in 2020." * 10)


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize(
    "claim",
    [
        "a" * 5000,
        "Nước lũ ở Huế đã lên tới mái chùa. " * 50,
        "洪水" * 500,
        "👨‍👩‍👧‍👦" * 100,
        "e" + "\u0301" * 3000,
        "قال الوزير إن الماء غال. " * 50,
        "",
    ],
)
@pytest.mark.parametrize("newsroom", ["X", "factcheck.example", "Tòa soạn " * 40])
def test_text_has_at_most_280_characters(language: str, claim: str, newsroom: str) -> None:
    text = written(language, claim, "Đúng nhưng thiếu bối cảnh " * 10, newsroom)
    assert text.endswith(f"\n{URL}")
    assert length_of(text) <= MAX_LENGTH
    shown = regex.search("“(.*)”", text)
    assert shown
    clusters = regex.findall(r"\X", shown[1].removesuffix("…"))
    assert clusters == regex.findall(r"\X", claim)[: len(clusters)]


def test_length_counts_as_platforms_do() -> None:
    assert length_of("Hello – “x”") == 11
    assert length_of("lũ lụt") == 7  # ụ counts twice
    assert length_of("洪水") == 4
    assert length_of("…") == 2
    assert length_of(f"See {URL}") == 27


def test_text_spreads_no_link_and_notifies_nobody() -> None:
    text = written("en", "See https://evil.example/a?b=c, www.evil.example or evil.com/x by @victim: 3.5 m.Then more")
    assert "See […] […] or […] by victim: 3.5 m.Then more" in text
    assert "evil" not in text
    loud = written("en", "See EVIL.COM and Evil.com/A or tin.vệsinh.com: fine")
    assert "“See […] and […] or […]: fine”" in loud
    assert "checked by factcheck.example" in written("en", "A claim", "False", "factcheck.example")


def test_withdrawn_review_repeats_no_claim() -> None:
    assert written("en", "A claim", kind="withdrawal") == (
        f"Withdrawn: Tòa soạn Kiểm Chứng no longer supports this review.\n{URL}"
    )
