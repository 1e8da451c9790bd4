"""A text typed into the search box always becomes a query that PostgreSQL can run, and keeps its meaning."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.record import publish
from factcheck.record.lists.dimensions import has_words
from factcheck.record.lists.pages import as_q
from factcheck.record.log import entries
from factcheck.record.models import PublishedReview
from factcheck.record.search.query import Alternative, Query, read_query, spellings_of
from factcheck.record.search.ranking import Search
from tests.record.conftest import disarm, make_statement


@pytest.mark.parametrize(
    ("text", "alternatives"),
    [
        ("", ()),
        ("*** ??", ()),
        ("Nước LŨ", [Alternative(((("nước",),), (("lũ",),)))]),
        ("covid-19", [Alternative(((("covid", "19"), ("covid19",)),))]),
        ('"nước lũ" chùa', [Alternative(((("nước", "lũ"),), (("chùa",),)))]),
        ('"nước lũ', [Alternative(((("nước", "lũ"),),))]),
        ("“nước lũ” chùa", [Alternative(((("nước", "lũ"),), (("chùa",),)))]),
        ("„nước lũ‟ «mái chùa» ＂xe＂", [Alternative(((("nước", "lũ"),), (("mái", "chùa"),), (("xe",),)))]),
        ("“nước lũ", [Alternative(((("nước", "lũ"),),))]),
        ('"covid-19" "covid19"', [Alternative(((("covid", "19"),), (("covid19",),)))]),
        ("lũ −lụt ‐“năm 2020” －bão", [Alternative(((("lũ",),),), ((("lụt",),), (("năm", "2020"),), (("bão",),)))]),
        ("lũ – lụt covid−19", [Alternative(((("lũ",),), (("lụt",),), (("covid", "19"), ("covid19",))))]),
        ("lũ OR lụt bão", [Alternative(((("lũ",),),)), Alternative(((("lụt",),), (("bão",),)))]),
        ("lũ -lụt", [Alternative(((("lũ",),),), ((("lụt",),),))]),
        ('lũ -"năm 2020"', [Alternative(((("lũ",),),), ((("năm", "2020"),),))]),
        ("-lụt", ()),
        ("lũ or -lụt", [Alternative(((("lũ",),),))]),
        ("or or", ()),
        ("lũ lũ", [Alternative(((("lũ",),),))]),
        ("习近平", [Alternative(((("习", "近", "平"),),))]),
        ("nu\u031bo\u031b\u0301c", [Alternative(((("nước",),),))]),
        ("½ -covid", ()),
        ('"1 ½ lít" ²', [Alternative(((("1", "lít"),),))]),
    ],
)
def test_read_query(text: str, alternatives: tuple[Alternative, ...]) -> None:
    assert read_query(text) == Query(tuple(alternatives))


@pytest.mark.parametrize(
    ("run", "spellings"),
    [
        ("vaccine", (("vaccine",),)),
        ("COVID-19", (("covid", "19"), ("covid19",))),
        ("COVID19", (("covid19",), ("covid", "19"))),
        ("U.23", (("u", "23"), ("u23",))),
        ("5G", (("5g",),)),
        ("10km", (("10km",), ("10", "km"))),
        ("Trump’s", (("trump", "s"), ("trumps",))),
        ("U.S.", (("u", "s"), ("us",))),
        ("vắc-xin", (("vắc", "xin"), ("vắcxin",))),
        ("TikTok", (("tiktok",),)),
        ("#StopTheSteal", (("stopthesteal",), ("stop", "the", "steal"))),
        ("(#StopTheSteal)", (("stopthesteal",), ("stop", "the", "steal"))),
        ("@realDonaldTrump", (("realdonaldtrump",), ("real", "donald", "trump"))),
        ("#COVID19", (("covid19",), ("covid", "19"))),
        ("10.000", (("10", "000"), ("10000",))),
        ("2000", (("2000",), ("2", "000"))),
        ("1234567", (("1234567",), ("1", "234", "567"))),
        ("2020", (("2020",),)),
        ("1999", (("1999",),)),
        ("0912345678", (("0912345678",),)),
        ("1.5", (("1", "5"),)),
        ("27/3", (("27", "3"),)),
        ("22/3/2023", (("22", "3", "2023"),)),
        ("2021-2022", (("2021", "2022"),)),
        ("习近平", (("习", "近", "平"),)),
        ("👉👉", ()),
    ],
)
def test_spellings_of_a_run(run: str, spellings: tuple[tuple[str, ...], ...]) -> None:
    assert spellings_of(run) == spellings


def test_query_texts() -> None:
    query = read_query('lũ "mái chùa" -xe or bão')
    assert query.all_terms() == "(('lũ'&('mái'<->'chùa')&!'xe')|'bão')"
    assert query.any_word() == "('lũ'|'mái'|'chùa'|'bão')"
    assert query.any_marked_word() == "('lũ'|'mái'|'chùa'|'bão')"


@pytest.mark.parametrize(
    ("typed", "required"),
    [
        ("does drinking hot water kill coronavirus?", "drinking hot water kill coronavirus"),
        ("What’s the cause of autism", "cause autism"),
        ("the who", "the who"),
        ("The Who tour", "tour"),
        ("WHO vaccine", "who vaccine"),
        ("WHO MADE THE VACCINE", "made vaccine"),
        ('"who" vaccine', "who vaccine"),
        ("what is or how many deaths", "what is many deaths"),
        ("tiếp viên hàng không", "tiếp viên hàng không"),
        ("có phải nước thải nguy hiểm không?", "nước thải nguy hiểm không"),
        ("ChatGPT là gì", "chatgpt"),
        ("chatgpt la gi", "chatgpt"),
        ("la rau", "la rau"),
        ("can bo an toan", "can bo an toan"),
        ("vắc xin an toàn", "vắc xin an toàn"),
        ("can dogs get covid", "dogs get covid"),
        ("bao nhiêu người dùng", "người dùng"),
        ("tai sao bao den", "bao den"),
        ("bệnh lây ở đâu, khi nào, như thế nào", "bệnh lây"),
        ("thế giới", "thế giới"),
    ],
)
def test_question_words_are_not_required_unless_nothing_else_is_typed(typed: str, required: str) -> None:
    assert read_query(typed).words == required.split()


def test_the_question_is_kept_for_its_meaning() -> None:
    assert read_query(" does  hot water help? ").question == "does hot water help?"
    assert (
        read_query('"hot water"').question == read_query("hot -water").question == read_query("a or b").question == ""
    )


@pytest.fixture(scope="module")
def live_review(module_database: str) -> None:
    """One without any of the words that are searched for here, which a query that asks for everything finds."""
    disarm()
    said = make_statement(UUID(int=1), "ჟჟჟჟ") | {"headline": None, "summary": None}
    publish.publish([entries.Publication(UUID(int=1), said)])


def run(words: str) -> list[object]:
    query = read_query(words)
    return [
        *PublishedReview.objects.using("public").filter(as_q([has_words(query)])),
        *Search(PublishedReview, query).page().hits,
    ]


@pytest.mark.parametrize(
    "words",
    ["- " * 200, "-" * 400, '-"' * 200, "--a" * 130, "-(" * 200, "-or " * 100, "- -é" * 90, "a " * 200, "a or " * 80,
     "\\'&|!:*<->()", "'" * 400, "1e5 -1 +84 0x1", "a.b/c@d.e http://x.y/z?q=1#f", "\u202e\u200d\u0301", "½ -covid", "² -a or ½"],
)  # fmt: skip
def test_words_of_many_signs(live_review: None, words: str) -> None:
    assert run(words) == []


@given(
    st.lists(
        st.sampled_from(
            [
                "-",
                '"',
                "“",
                "−",
                " ",
                "or",
                "a",
                "é",
                "(",
                "&",
                "|",
                "!",
                ":*",
                "<->",
                "\\",
                "'",
                "_",
                "0",
                "习",
                "\u0301",
                "½",
                "²",
            ]
        )
    ).map("".join)
)
def test_words_of_any_signs(live_review: None, words: str) -> None:
    assert run(words[:400]) == []


@given(st.text(max_size=60).filter(lambda text: "\0" not in text))
def test_words_of_any_text(live_review: None, words: str) -> None:
    assert run(words) == []
