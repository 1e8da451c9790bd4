"""Vectors of submitted reviews: there before the review is public, hidden from readers, gone with the submission."""

import socket
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import DatabaseError, connections
from django.test import override_settings

from factcheck.editorial.desk.deciding.proposal_actions import ACTIONS
from factcheck.editorial.drafts import prepared_vectors
from factcheck.editorial.drafts.forgetting import forget_passage
from factcheck.editorial.drafts.prepared_vectors import prepare_vectors
from factcheck.editorial.models import PreparedVector, Proposal
from factcheck.editorial.proposals import workflow
from factcheck.record.matching.embeddings import EmbeddingError, get_embeddings
from factcheck.record.models import ReviewVector
from tests.support.drafts import Newsroom, submitted


class Embeddings:
    model, together, unrelated = "test", 1, 0.8
    down = False
    asked = list[str]()

    def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        raise NotImplementedError

    def embed_passages(self, texts: Sequence[str], seconds: float = 60) -> list[list[float]]:
        if self.down:
            raise EmbeddingError("The embeddings API did not respond in time.")
        assert not connections["default"].in_atomic_block
        self.asked += texts
        return [[1.0, *[0.0] * 383] for _ in texts]


@pytest.fixture
def embeddings(monkeypatch: pytest.MonkeyPatch, database: str) -> Embeddings:
    found = Embeddings()
    found.asked = []
    monkeypatch.setattr(prepared_vectors, "get_embeddings", lambda: found)
    return found


def publish(newsroom: Newsroom, proposal: Proposal) -> None:
    data = {"digest": proposal.digest, "signature": "", "checked": ()}
    ACTIONS["approve-and-publish"].run(proposal, newsroom.editor, data)


def models_of_public_vectors() -> list[Any]:
    return list(ReviewVector.objects.values_list("model", flat=True))


def test_review_has_its_vector_as_soon_as_it_is_public(embeddings: Embeddings, newsroom: Newsroom) -> None:
    publish(newsroom, submitted(newsroom))
    assert models_of_public_vectors() == ["test"]
    assert not PreparedVector.objects.exists()
    assert len(embeddings.asked) == 1
    assert embeddings.asked[0].startswith("Nước lũ ở Huế đã lên tới mái chùa. Video nước lũ là của năm 2020 Sai.")


def test_review_is_published_without_a_vector_while_the_model_is_down(
    embeddings: Embeddings, newsroom: Newsroom
) -> None:
    embeddings.down = True
    publish(newsroom, submitted(newsroom))
    assert models_of_public_vectors() == [None]


def test_another_server_receives_no_text_before_its_publication(newsroom: Newsroom) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        with override_settings(EMBEDDINGS_URL=url, EMBEDDINGS_MODEL="test"):
            proposal = submitted(newsroom)
            assert sum(prepare_vectors(get_embeddings())) == 0
            publish(newsroom, proposal)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert models_of_public_vectors() == [None]


def test_vectors_are_computed_before_the_approval_and_a_stopped_run_continues(
    embeddings: Embeddings, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared_vectors, "BATCH", 2)
    proposals = [submitted(newsroom) for _ in range(3)]
    assert next(prepare_vectors(embeddings)) == 2
    assert PreparedVector.objects.count() == 2
    assert list(prepare_vectors(embeddings)) == [1]
    assert list(prepare_vectors(embeddings)) == []
    publish(newsroom, proposals[0])
    assert len(embeddings.asked) == 3
    assert models_of_public_vectors() == ["test"]
    assert PreparedVector.objects.count() == 2


def test_correction_in_other_words_gets_the_vector_of_its_own_words(embeddings: Embeddings, newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    publish(newsroom, workflow.submit(subject=review, by=newsroom.reporter))
    newsroom.open_correction(review, summary="Sai. Đoạn video được quay ở nơi khác.")
    review.refresh_from_db()
    publish(newsroom, workflow.submit(subject=review, by=newsroom.reporter))
    assert len(embeddings.asked) == 2
    assert models_of_public_vectors() == ["test"]


def test_vector_of_a_returned_or_forgotten_text_is_deleted(embeddings: Embeddings, newsroom: Newsroom) -> None:
    returned, forgotten = submitted(newsroom), submitted(newsroom)
    assert sum(prepare_vectors(embeddings)) == 2
    workflow.return_(proposal=returned, by=newsroom.editor, reason="Thiếu nguồn.")
    assert PreparedVector.objects.get().proposal == forgotten
    forget_passage(draft=forgotten.review, by=newsroom.editor, text="Đoạn video được quay năm 2020")
    assert not PreparedVector.objects.exists()


def test_readers_connections_cannot_read_the_vectors_of_submissions(embeddings: Embeddings, newsroom: Newsroom) -> None:
    submitted(newsroom)
    assert sum(prepare_vectors(embeddings)) == 1
    with connections["public"].cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"):
        cursor.execute("SELECT * FROM editorial_preparedvector")
