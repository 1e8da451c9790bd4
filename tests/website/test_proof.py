"""The proof of a revision: the command on the page prints the digest on the page, and the file holds all that a check needs."""

import base64
import hashlib
import html
import json
import re
import subprocess
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from factcheck.record.audit.key_rotation import rotate
from factcheck.record.log import merkle, tree
from factcheck.record.log.notes import Checkpoint, SigningKey, VerifierKey, open_note, signed_by
from factcheck.record.models import LogCheckpoint, LogEntry
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.serving import served
from tests.website.conftest import Page, get
from verifier import verifier


@pytest.fixture(scope="module")
def reviews(module_database: str) -> SimpleNamespace:
    newsroom = make_newsroom()
    corrected, withdrawn, erased = newsroom.publish_three()
    return SimpleNamespace(corrected=corrected.pk, withdrawn=withdrawn.pk, erased=erased.pk)


def box(page: Page) -> str:
    return page.source.partition('id="proof"')[2].partition("</details>")[0]


def digest_on(page: Page) -> str:
    (digest,) = re.findall('<code class="digest">([0-9a-f]{64})</code>', page.source)
    return str(digest)


def commands_on(page: Page) -> list[str]:
    return [
        html.unescape(each)
        for each in re.findall(r'<pre class="command" tabindex="0"><code>(.*?)</code>', page.source, re.DOTALL)
    ]


def proof_of(review: Any, number: int) -> dict[str, Any]:
    response = Client().get(f"/reviews/{review}/revisions/{number}/proof.json")
    assert response.status_code == 200
    content: dict[str, Any] = response.json()
    return content


@pytest.mark.parametrize("path", ["{0.corrected}/", "{0.corrected}/revisions/1/", "{0.withdrawn}/"])
def test_command_on_the_page_prints_the_digest_on_the_page(reviews: SimpleNamespace, path: str, settings: Any) -> None:
    with served() as settings.SITE_URL:
        page = get(f"/reviews/{path.format(reviews)}")
        (command,) = commands_on(page)
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == f"{digest_on(page)}  -\n"


def test_proof_has_all_that_a_check_needs(reviews: SimpleNamespace) -> None:
    for review, number in ((reviews.corrected, 1), (reviews.corrected, 2), (reviews.withdrawn, 2)):
        proof = proof_of(review, number)
        leaf = json.loads(proof["leaf"])
        entry = LogEntry.objects.get(subject=review, number=number)
        assert proof["leaf"].encode() == entry.leaf()
        assert hashlib.sha256(bytes.fromhex(proof["salt"]) + proof["document"].encode()).hexdigest() == leaf["digest"]
        assert json.loads(proof["document"])["id"] == str(review)
        checkpoint = Checkpoint.parse(open_note(proof["checkpoint"])[0])
        path = iter(proof["proof"])
        assert root_of(merkle.leaf_hash(entry.leaf()), entry.sequence, checkpoint.size, path) == checkpoint.root
        assert next(path, None) is None
        assert signed_by(proof["checkpoint"], VerifierKey.parse(proof["key"]))


def root_of(leaf: bytes, index: int, size: int, path: Any) -> bytes:
    """RFC 6962, section 2.1.1, from the root downwards."""
    if size == 1:
        return leaf
    left = merkle.largest_power_below(size)
    if index < left:
        below = root_of(leaf, index, left, path)
        return merkle.node_hash(below, base64.b64decode(next(path)))
    below = root_of(leaf, index - left, size - left, path)
    return merkle.node_hash(base64.b64decode(next(path)), below)


def test_proof_takes_the_newest_checkpoint_that_a_witness_signed(newsroom: Newsroom) -> None:
    first, second = newsroom.make_review(), newsroom.make_review()
    newsroom.publish_review(first)
    cosigned = LogEntry.objects.count()
    line = "\N{EM DASH} w.example AAAAAAAA\n"
    LogCheckpoint.objects.get(size=cosigned).cosignatures.create(witness="w.example", line=line)
    newsroom.publish_review(second)
    assert proof_of(first.pk, 1)["checkpoint"].endswith(line)
    assert line not in proof_of(second.pk, 1)["checkpoint"]


def test_proof_after_a_rotation_is_signed_by_its_key(newsroom: Newsroom, settings: Any) -> None:
    tree.signing_key.cache_clear()
    review = newsroom.publish_new()
    cosigned = LogCheckpoint.objects.get(size=LogEntry.objects.count())
    cosigned.cosignatures.create(witness="w.example", line="\N{EM DASH} w.example AAAAAAAA\n")
    settings.LOG_SIGNING_KEY = f"{tree.signing_key()}\n{SigningKey.generate(tree.signing_key().name)}"
    rotate()
    proof = proof_of(review.pk, 1)
    assert signed_by(proof["checkpoint"], VerifierKey.parse(proof["key"]))


def test_erased_revision_has_no_document_and_says_so(reviews: SimpleNamespace) -> None:
    page = get(f"/reviews/{reviews.erased}/revisions/1/", 410)
    assert "The text of this revision has been erased" in page.text
    assert commands_on(page) == []
    proof = proof_of(reviews.erased, 1)
    assert (proof["document"], proof["salt"]) == (None, None)
    assert json.loads(proof["leaf"])["digest"] == digest_on(page)
    response = Client().get(f"/reviews/{reviews.erased}/revisions/1/salted-document")
    assert (response.status_code, response.content[:31]) == (410, b"This document has been erased. ")
    # The erasure is an entry of its own, and its document is the public notice.
    assert commands_on(get(f"/reviews/{reviews.erased}/", 410)) != []
    assert "notice" in proof_of(reviews.erased, 2)["document"]


def test_entry_that_is_not_signed_yet_says_so(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    with patch("factcheck.record.publish.sign_log"), patch("factcheck.record.log.checkpoints.extend"):
        newsroom.publish_review(review)
    page = get(f"/reviews/{review.pk}/")
    assert "The log isn’t signed up to this entry yet." in page.text
    assert "proof.json" not in page.source
    response = Client().get(f"/reviews/{review.pk}/revisions/1/proof.json")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert "isn't signed up to this entry yet" in response.content.decode()


def test_files_are_downloads_that_are_revalidated(reviews: SimpleNamespace) -> None:
    for name in ("proof.json", "salted-document"):
        path = f"/reviews/{reviews.corrected}/revisions/2/{name}"
        response = Client().get(path)
        assert response.headers["Content-Disposition"].startswith("attachment; ")
        assert response.headers["Cache-Control"] == "no-cache"
        assert Client().get(path, headers={"if-none-match": response.headers["ETag"]}).status_code == 304
        assert Client().post(path).status_code == 405
        assert Client().get(f"/reviews/{reviews.corrected}/revisions/9/{name}").status_code == 404


def test_box_in_vietnamese(reviews: SimpleNamespace) -> None:
    text = Page(box(get(f"/reviews/{reviews.corrected}/", language="vi"))).text
    assert "trong nhật ký công khai của trang web này: Đã đính chính" in text, text


def test_merge_of_claims_has_a_proof(newsroom: Newsroom) -> None:
    review, other = newsroom.make_review(), newsroom.make_review()
    newsroom.publish_review(review)
    newsroom.publish_review(other)
    entry = newsroom.merge_claims(other.claim, review.claim)
    response = Client().get(f"/claims/{other.claim_id}/revisions/1/proof.json")
    assert response.json()["leaf"].encode() == entry.leaf()
    assert json.loads(response.json()["document"])["into"] == {"id": str(review.claim_id)}
    said = verifier.describe(verifier.parse_leaf(entry.leaf(), "leaf"), json.loads(response.json()["document"]))
    assert said[:2] == [f"Into: {review.claim_id}", "Reason: Hai bài cùng một lời đồn."]
