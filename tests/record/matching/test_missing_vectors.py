"""Computing what is missing: kept batch by batch, by one process, and gone with what it was of."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from factcheck.record import publish as publishing
from factcheck.record.log import entries
from factcheck.record.matching import embeddings, missing_vectors
from factcheck.record.matching.matches import match
from factcheck.record.matching.missing_vectors import _LOCK, BATCH
from factcheck.record.models import ReviewVector
from tests.record.conftest import Address, make_statement
from tests.record.matching.embedding import embed, erasure, publish


def test_embed_claims_goes_on_where_it_failed(address: Address, bare_record: None) -> None:
    for number in range(BATCH + 1):
        publish(f"Nước lũ {number}")
    address.answer, good = (lambda texts: (200, good(texts)[1]) if len(texts) > 1 else (503, {})), address.answer
    with pytest.raises(
        CommandError, match=r"The embeddings API responded with status 503. 32 vectors were computed and kept."
    ):
        embed()
    address.answer = good
    assert embed() == "1 vectors computed, 0 missing."


@pytest.mark.parametrize("status", [400, 413, 422])
def test_text_that_the_address_refuses_does_not_stop_the_others(address, bare_record, status, monkeypatch):
    monkeypatch.setattr(missing_vectors, "BATCH", 2)
    texts = ["Nước lũ một", "Nước lũ hai", "quá dài", "Nước lũ ba", "Nước lũ bốn"]
    ids = {text: publish(text) for text in texts}
    good = address.answer
    address.answer = lambda texts: (status, {}) if any("quá dài" in text for text in texts) else good(texts)
    assert embed() == "4 vectors computed, 1 missing."
    assert ReviewVector.objects.get(embedding=None).review_id == ids["quá dài"]
    assert embed() == "0 vectors computed, 1 missing."
    assert match("lũ một").explanation == "1 review can’t be compared yet."


@pytest.mark.parametrize(("status", "asked"), [(400, 4), (401, 1), (429, 1), (503, 1)])
def test_address_that_takes_no_text_at_all_ends_the_run(address, bare_record, status, asked):
    publish("Nước lũ một")
    publish("Nước lũ hai")
    address.answer = lambda texts: (status, {})
    with pytest.raises(
        CommandError, match=f"The embeddings API responded with status {status}. 0 vectors were computed"
    ):
        embed()
    assert len(address.asked) == asked  # together, each, and a text that every model takes


def test_another_model_computes_anew(address: Address, bare_record: None, settings: Any) -> None:
    publish("Nước lũ ngập chùa.")
    embed()
    settings.EMBEDDINGS_MODEL = "other"
    assert embed() == "1 vectors computed, 0 missing."
    assert ReviewVector.objects.get().model == "other"
    assert embed() == "0 vectors computed, 0 missing."


@pytest.mark.parametrize("model", ["e5-test", "other"], ids=["new", "of another model"])
def test_row_that_who_publishes_holds_is_left_for_the_next_run(address, bare_record, settings, model):
    held, free = publish("Nước lũ ngập chùa."), publish("Tiêm vắc xin.")
    if model == "other":
        embed()
        settings.EMBEDDINGS_MODEL = model
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT FROM record_reviewvector WHERE review_id = %s FOR UPDATE", [held])
        with connections["default"].cursor() as computing:
            computing.execute("SET lock_timeout = '1s'")
        try:
            assert embed() == "1 vectors computed, 1 missing."
        finally:
            with connections["default"].cursor() as computing:
                computing.execute("RESET lock_timeout")
    assert ReviewVector.objects.get(model=model, embedding__isnull=False).review_id == free
    assert embed() == "1 vectors computed, 0 missing."


@pytest.mark.parametrize("erased", [False, True], ids=["corrected", "erased"])
def test_vector_of_a_text_that_changed_meanwhile_is_not_kept(address: Address, bare_record: None, erased: bool) -> None:
    review, good = publish("Nước lũ ngập chùa."), address.answer
    corrected = {**make_statement(review, "Tiêm vắc xin."), "headline": None, "summary": None}
    change = entries.Publication(
        review,
        corrected,
        change_class="substantive",
        note="The video was about something else: what was claimed is another claim.",
    )
    if erased:
        change = erasure(review)

    def changed(texts: list[str]) -> tuple[int, Any]:
        address.answer = good
        try:
            publishing.publish([change])
        finally:
            connections.close_all()
        return good(texts)  # type: ignore[no-any-return]

    address.answer = changed
    assert embed() == "0 vectors computed, 1 missing."
    assert list(ReviewVector.objects.values_list("review_id", "embedding")) == ([] if erased else [(review, None)])


def test_another_model_that_does_not_answer_takes_no_vectors_away(address, bare_record, settings):
    publish("Nước lũ ngập chùa.")
    embed()
    settings.EMBEDDINGS_MODEL = "mistyped"
    address.answer = lambda texts: (404, {})
    with pytest.raises(CommandError, match="responded with status 404"):
        embed()
    assert ReviewVector.objects.get().model == "e5-test"


def test_who_does_not_compute_takes_no_vectors_of_another_model_away(address, bare_record, settings):
    publish("Nước lũ ngập chùa.")
    embed()
    settings.EMBEDDINGS_MODEL = "other"
    with connections["owner"].cursor() as cursor:  # as a worker does that has not heard of the new model
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        said = embed()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    assert said.splitlines() == [
        "Another process is already computing vectors, probably the worker.",
        "0 vectors computed, 1 missing.",
    ]
    assert ReviewVector.objects.get().model == "e5-test"


def test_vector_goes_with_an_erasure_and_stays_with_a_rebuild(address: Address, bare_record: None) -> None:
    gone, kept = publish("Nước lũ ngập chùa."), publish("Tiêm vắc xin.")
    embed()
    publishing.publish([erasure(gone)])
    rows = list(ReviewVector.objects.values_list("review_id", "embedding"))
    assert [pk for pk, _ in rows] == [kept]
    call_command("rebuild_record", verbosity=0)
    assert list(ReviewVector.objects.values_list("review_id", "embedding")) == rows


def test_database_takes_the_vector_whoever_withdraws(address: Address, bare_record: None) -> None:
    publish("Nước lũ ngập chùa.")
    embed()
    with connections["default"].cursor() as cursor:
        cursor.execute("UPDATE record_publishedreview SET status = 'withdrawn'")
    assert not ReviewVector.objects.exists()


def test_scores_stay_while_vectors_of_other_reviews_are_missing(address: Address, bare_record: None) -> None:
    """The other reviews have the same words, so they would make the words less rare and take places in the answer."""
    texts = [f"Nước lũ ngập chùa làng {number}" for number in range(12)]
    for text in (*texts, "Tiêm vắc xin để theo dõi."):
        publish(text)
    embed()
    posts = ["Nước lũ đã ngập chùa làng 7", "The flood reached the pagoda", "vắc xin theo dõi người dân"]
    before = [match(post) for post in posts]
    others = {publish(f"Nước lũ ngập chùa làng 7 vắc xin {number}") for number in range(40)}
    for post, earlier in zip(posts, before, strict=True):
        now = match(post)
        assert (now.results, now.related, now.candidates) == (earlier.results, earlier.related, earlier.candidates)
        assert (now.not_compared, now.explanation) == (40, "40 reviews can’t be compared yet.")
    embed()
    after = match("Nước lũ ngập chùa làng 7 vắc xin 3")
    assert (after.not_compared, after.results[0].claim_id in others) == (0, True)


def test_all_reviews_are_compared_by_words_while_the_model_changes(address, bare_record, settings, monkeypatch):
    monkeypatch.setattr(missing_vectors, "BATCH", 1)
    publish("Nước lũ ngập chùa.")
    publish("Tiêm vắc xin.")
    embed()
    settings.EMBEDDINGS_MODEL = "other"
    next(missing_vectors.compute_missing(embeddings.get_embeddings()))
    found = match("Nước lũ ngập chùa")
    assert (found.method, found.not_compared, len(found.results)) == ("words", 0, 1)
    assert embed() == "1 vectors computed, 0 missing."
    assert match("Nước lũ ngập chùa").method == "words+meaning"
