"""Words that only ask are left out of a query, unless they are all that was typed."""

import pytest

from factcheck.record.search.query import read_query


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
        ("uống nước dừa có tốt không", "uống nước dừa tốt"),
        ("uong nuoc dua co tot khong", "uong nuoc dua tot"),
        ("tiếp viên hàng không", "tiếp viên hàng không"),
        ("có phải nước thải nguy hiểm không?", "nước thải nguy hiểm"),
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
def test_required_words(typed: str, required: str) -> None:
    assert read_query(typed).words == required.split()


def test_the_question_is_kept_for_its_meaning() -> None:
    assert read_query(" does  hot water help? ").question == "does hot water help?"
    assert (
        read_query('"hot water"').question == read_query("hot -water").question == read_query("a or b").question == ""
    )
