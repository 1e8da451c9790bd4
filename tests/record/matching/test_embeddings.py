"""Vectors in matching: what meaning finds, how it is computed, and what is said when it is not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connections

from factcheck.database import DatabaseProblem
from factcheck.record.matching import matches
from factcheck.record.matching.embeddings import EmbeddingError, RemoteModel, get_embeddings
from factcheck.record.matching.matches import match
from factcheck.record.models import ReviewVector
from tests.record.conftest import Address
from tests.record.matching.embedding import embed, publish
from tests.support.databases import fresh_database


def test_match_by_meaning_crosses_languages(address: Address, bare_record: None) -> None:
    pagoda, vaccine = publish("Nước lũ ngập chùa."), publish("Tiêm vắc xin để theo dõi.")
    assert embed() == "2 vectors computed, 0 missing."
    found = match("The flood reached the pagoda.")
    assert [each.claim_id for each in found.related][:1] == [pagoda]
    assert (found.method, found.explanation) == ("words+meaning", None)
    assert found.related[0].matched == {"words": 0.0, "meaning": pytest.approx(1, abs=0.001)}
    assert match("a vaccine with a chip").related[0].claim_id == vaccine
    path, key, content = address.asked[-1]
    assert (path, key) == ("/v1/embeddings", "Bearer secret")
    assert content == {"model": "e5-test", "input": ["query: a vaccine with a chip"], "encoding_format": "float"}
    assert address.asked[0][2]["input"][0].startswith("passage: ")


def test_no_transaction_is_open_while_the_address_answers(address: Address, bare_record: None, settings: Any) -> None:
    pagoda = publish("Nước lũ ngập chùa.")
    embed()
    usual, waiting = address.answer, []

    def answer(texts: list[str]) -> Any:
        with settings.DATABASE_SERVER.superuser() as superuser:
            found = superuser.execute(
                "SELECT datname, query FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
            )
            waiting.append([query for name, query in found if name == connections["public"].settings_dict["NAME"]])
        return usual(texts)

    address.answer = answer
    assert match("The flood reached the pagoda.").related[0].claim_id == pagoda
    assert waiting == [[], []]  # for the post, and for the unrelated texts that show the model's scale


def test_time_that_words_took_is_not_left_for_vectors(address, bare_record, monkeypatch):
    publish("Nước lũ ngập chùa.")
    embed()

    def slowed(usual: Callable[..., Any]) -> Callable[..., Any]:
        def slow(*arguments: Any, **options: Any) -> Any:
            with connections["public"].cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.3)")
            return usual(*arguments, **options)

        return slow

    monkeypatch.setattr(matches, "SECONDS", 0.5)
    monkeypatch.setattr(matches, "read_words", slowed(matches.read_words))
    monkeypatch.setattr(matches, "search_terms", slowed(matches.search_terms))
    with pytest.raises(TimeoutError):
        match("The flood reached the pagoda.")


def test_long_text_is_compared_sentence_by_sentence(address: Address, bare_record: None) -> None:
    """Those with words that some claim has come first; one vector of all of them would say little about any."""
    pagoda = publish("Nước lũ ngập chùa.")
    embed()
    around = "Nobody remembers why people talked about elephants. " * 8
    best = match(f"{around}The flood reached the pagoda, our chùa. {around}").related[0]
    assert (best.claim_id, best.matched["meaning"]) == (pagoda, pytest.approx(1, abs=0.001))
    asked = address.asked[1][2]["input"]
    assert asked[0] == "query: The flood reached the pagoda, our chùa."
    assert len(asked) == 8


def test_match_says_for_how_many_meaning_is_missing(address: Address, bare_record: None) -> None:
    publish("Nước lũ ngập chùa.")
    found = match("The flood reached the pagoda.")
    assert (found.method, found.explanation) == ("words", "The meaning of 1 review has not been computed yet.")
    embed()
    publish("Chùa cháy.")
    publish("Chùa mở cửa.")
    found = match("The flood reached the pagoda.")
    assert found.not_compared == 2
    assert (found.method, found.explanation) == ("words+meaning", "2 reviews can’t be compared yet.")


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (500, {}, "The embeddings API responded with status 500."),
        (200, b"<html>", "The embeddings API did not return vectors."),
        (200, {"data": []}, "The embeddings API returned 0 vectors for 1 texts."),
        (200, {"data": [{"index": 0, "embedding": [1.0] * 16_001}]}, "The embeddings API returned vectors of 16001 numbers. All vectors of a model must have the same length, up to 16,000 numbers. Set another model in EMBEDDINGS_MODEL."),
        (200, {"data": [{"index": 0, "embedding": [0] * 384}]}, "The embeddings API returned a vector without a direction."),
        (200, {"data": [{"index": 0, "embedding": ["x"] * 384}]}, "The embeddings API did not return vectors."),
        (200, {"data": [{"index": 0, "embedding": [10**400] * 384}]}, "The embeddings API did not return vectors."),
        (200, b"[" * 200_000, "The embeddings API did not return vectors."),
    ],
)  # fmt: skip
def test_match_goes_by_words_when_the_address_fails(address, bare_record, status, answer, said):
    pagoda = publish("Nước lũ ngập chùa.")
    embed()
    address.answer = lambda texts: (status, answer)
    found = match("Nước lũ ngập chùa")
    assert ([each.claim_id for each in found.results], found.method) == ([pagoda], "words")
    assert found.explanation == said


def test_model_of_this_process_knows_what_texts_mean(settings: Any, bare_record: None) -> None:
    settings.EMBEDDINGS_URL = ""
    publish("Drinking warm water with lemon cures cancer.")
    publish("Vaccines contain microchips that track people.")
    flood = publish("The flood has reached the roof of the pagoda.")
    assert embed() == "3 vectors computed, 0 missing."
    found = match("Nước lũ đã lên tới mái chùa rồi bà con ơi")
    best = [*found.results, *found.candidates][0]
    assert (best.claim_id, found.method, best.judged_by) == (flood, "words+meaning", "meaning")
    assert best.matched["meaning"] > 0.8
    assert len(set(ReviewVector.objects.values_list("model", flat=True))) == 1


@pytest.mark.parametrize(
    ("post", "claims"),
    [
        (
            "o quê uống nước chanh nóng là hết ung thư thiệt hả trời",
            ["Hot lemon water cures cancer.", "Uống nước dừa có hại cho thận.", "Nghe nói uống nước lá là khỏi bệnh."],
        ),
        (
            "Ở tù coi tivi miễn phí nha",
            [
                "Watching television in prison is free.",
                "Xem bóng đá miễn phí trên truyền hình.",
                "Người dân được đi xe buýt miễn phí.",
            ],
        ),
    ],
)
def test_same_meaning_in_another_language_is_nearer_than_the_same_language(settings, post, claims):
    """As the model gives them, the first claim is the farthest and the second farthest."""
    settings.EMBEDDINGS_URL = ""
    model = get_embeddings()
    [asked] = model.embed_queries([post])
    nearness = [sum(a * b for a, b in zip(asked, vector, strict=True)) for vector in model.embed_passages(claims)]
    assert nearness[0] > max(nearness[1:]) + 0.005
    assert sum(number * number for number in asked) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["ệ ộ ữ ự " * 125, "🤷" * 1000, "x" * 1000, "a-" * 500])
def test_question_is_clipped_to_what_is_quickly_computed(settings: Any, text: str) -> None:
    settings.EMBEDDINGS_URL = ""
    model = get_embeddings()
    with pytest.MonkeyPatch.context() as patch:
        asked: list[str] = []
        engine = model.load()  # type: ignore[attr-defined]
        patch.setattr(engine, "query", lambda text: asked.append(text) or np.eye(1, 384)[0])
        model.embed_queries([text])
        model.embed_queries(["Nước lũ đã lên tới mái chùa"])
    assert 240 <= engine.token_count(asked[0], is_query=True) <= 256
    assert text.startswith(asked[0])
    assert asked[1] == "Nước lũ đã lên tới mái chùa"
    assert 10 < len(model.embed_queries(["Nước lũ đã lên tới mái chùa"] * 40)) < 30


def test_sign_that_the_model_has_no_room_for_is_written_out(settings: Any) -> None:
    """Handed on as it is, a thousand of it end the process."""
    settings.EMBEDDINGS_URL = ""
    model = get_embeddings()
    assert len(model.embed_queries(["\ufdfa" * 1000])[0]) == 384
    [many, one] = model.embed_passages(["\ufdfa" * 1000, "محمد \ufdfa"])
    assert len(many) == 384
    assert model.embed_passages(["محمد صلى الله عليه وسلم"])[0] == pytest.approx(one, abs=0.001)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://127.0.0.1:x", "http://" + "a" * 64, "http://[::1"])
def test_address_that_is_down_or_none(url: str) -> None:
    with pytest.raises(EmbeddingError, match="did not respond in time"):
        RemoteModel(url, "m", "").embed_queries(["flood"])


def test_match_says_when_vectors_are_of_another_model(address: Address, bare_record: None, settings: Any) -> None:
    assert match("The flood reached the pagoda.").explanation is None  # nothing is there
    publish("Nước lũ ngập chùa.")
    embed()
    settings.EMBEDDINGS_MODEL = "other"
    found = match("The flood reached the pagoda.")
    assert (found.method, found.explanation) == (
        "words",
        "The meaning of reviews was computed by another model, and not by this one yet.",
    )


def test_reading_side_cannot_change_vectors(bare_record: None) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), connections["public"].cursor() as cursor:
        cursor.execute("DELETE FROM record_reviewvector")


def test_migration_without_the_extension_says_what_to_do(database: str) -> None:
    with fresh_database("template0"), pytest.raises(DatabaseProblem) as problem:
        call_command("migrate", database="owner", verbosity=0)
    assert str(problem.value) == (
        "The database lacks the extension vector, and its owner may not create it. Ask an administrator of the server "
        "to run CREATE EXTENSION vector in it, and migrate again."
    )
