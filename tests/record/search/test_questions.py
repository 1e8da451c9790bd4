"""A post as matching reads it."""

import pytest

from factcheck.record.search.questions import clean_question, split_sentences


@pytest.mark.parametrize(
    ("post", "read"),
    [
        ("https://t.co/abc新冠疫苗含有芯片", "新冠疫苗含有芯片"),
        ("看http://t.cn/A6abc，新冠疫苗含有芯片", "看 ，新冠疫苗含有芯片"),
        ("看www.example.org/a?b=c新冠疫苗", "看 新冠疫苗"),
        ("วัคซีนt.co/x1y2มีไมโครชิป", "วัคซีน มีไมโครชิป"),
        ("ワクチンpic.twitter.com/x1y2マイクロチップ", "ワクチン マイクロチップ"),
        ("Xem www.example.vn/tin nước lũ (https://example.vn/a#b).", "Xem nước lũ ("),
        ("https://vi.wikipedia.org/wiki/Huế", "ế"),
        ("www dot com, t.co is an address", "www dot com, t.co is an address"),
    ],
)  # fmt: skip
def test_tidy_ends_an_address_where_another_script_begins(post: str, read: str) -> None:
    assert clean_question(post) == read


@pytest.mark.parametrize(
    "sentence",
    [
        "The flood rose. ",
        "Nước lũ lên! ",
        "甲说了话。",
        "彼は来た！ ",
        "पानी बढ़ गया। ",
        "هل ارتفع الماء؟ ",
        "پانی بڑھ گیا۔ ",
    ],
)
def test_long_text_is_cut_into_its_sentences(sentence: str) -> None:
    assert split_sentences(sentence * 150) == [sentence.strip()] * 150


def test_marks_that_are_repeated_are_no_sentences() -> None:
    assert split_sentences("太可怕了！！！大家快转发！！！" * 60) == ["太可怕了！！！", "大家快转发！！！"] * 60
    assert split_sentences("他说：“水已经涨到庙顶了。”大家都很害怕。" * 60)[:1] == [
        "他说：“水已经涨到庙顶了。”大家都很害怕。"
    ]
    assert split_sentences("。" * 900) == []
