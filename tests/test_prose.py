"""The project's English is held to the rules of docs/how-to/write-documentation.md that a program can check."""

import pytest

from tests.support import prose


@pytest.fixture(scope="module")
def everything() -> list[prose.Sentence]:
    return [sentence for file in prose.files() for sentence in prose.sentences_of(file)]


def test_sentences_are_short_and_plain(everything: list[prose.Sentence]) -> None:
    sentences = [each for each in everything if not each.is_cell]
    assert len(sentences) > 3000
    assert sum(each.words > prose.LONG for each in sentences) / len(sentences) <= 0.04
    assert sum(";" in each.text for each in sentences) / len(sentences) <= 0.02


def test_no_word_is_ruled_out(everything: list[prose.Sentence]) -> None:
    assert [
        f"{each.file}:{each.line}: {each.text}"
        for each in everything
        if prose.RULED_OUT.search(each.text) or any(breach.startswith("begins") for breach in each.breaches)
    ] == []


def test_cells_of_tables_are_short(everything: list[prose.Sentence]) -> None:
    assert [
        f"{each.file}:{each.line}: {each.text}" for each in everything if each.is_cell and each.words > prose.LONG_CELL
    ] == []


@pytest.mark.parametrize(
    ("text", "breaches"),
    [
        ("You can search the record. The API returns JSON.\n", []),
        ("It is made anew; nobody asked.\n", ["semicolon", "“anew”"]),
        ("Whoever logs in sees it at once.\n", ["“Whoever”", "begins with “Whoever”"]),
        ("What is this about?\n", []),
        ("You understand `a; b` and `stand`.\n", []),
        ("- " + "word " * 31 + "\n", ["31 words"]),
        ("| a | b |\n|---|---|\n| " + "word " * 21 + "| b |\n", ["cell of 21 words"]),
        ("```\nwhat; anew; stands\n```\n", []),
    ],
)
def test_breaches_are_found(tmp_path, text: str, breaches: list[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    assert [breach for each in prose.sentences_of(page) for breach in each.breaches] == breaches


def test_docstrings_comments_and_texts_are_read(tmp_path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""One docstring is here."""\n# One comment\n# of two lines.\nX = "You see this text."\n')
    assert [each.text for each in prose.sentences_of(module)] == [
        "One docstring is here.", "One comment of two lines.", "You see this text."
    ]  # fmt: skip
