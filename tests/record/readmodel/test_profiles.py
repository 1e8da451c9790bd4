"""The profile of a newsroom: what its published reviews say of it, with each change, also after erasures."""

import json
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command

from factcheck.record import publish
from factcheck.record.log import entries
from factcheck.record.models import LogEntry, ProfileChange
from tests.record.conftest import make_statement

Kind = LogEntry.Kind


def release(subject: UUID, meaning: str = "Bác bỏ.", name: str = "Toà soạn", **more: Any) -> int:
    """Publishes an original or an update, with this meaning of the verdict and this name of the newsroom."""
    statement = make_statement(subject) | more.pop("keys", {})
    statement["verdict"] = statement["verdict"] | {"meanings": {"vi": meaning}}
    statement["publisher"] = statement["publisher"] | {"name": name}
    (entry,) = publish.publish([entries.Publication(subject, statement, **more)])
    return entry.sequence


def erase(subject: UUID) -> int:
    notice = {"ground": "court_order", "text": "Theo lệnh tòa.", "newsroom": {"name": "Toà soạn", "site": "a.example"}}
    publication = entries.Publication(subject, {"id": str(subject), "notice": notice}, kind=Kind.ERASURE, note="Theo.")
    (entry,) = publish.publish([publication])
    return entry.sequence


def history(key: str = "truth:false") -> list[tuple[int, str]]:
    rows = ProfileChange.objects.filter(key=key).order_by("sequence").values_list("sequence", "body")
    return [
        (sequence, json.loads(body)["name"] if not key else json.loads(body)["meanings"]["vi"])
        for sequence, body in rows
    ]


def test_a_row_begins_with_each_change(bare_record: None) -> None:
    first, second = uuid4(), uuid4()
    begun = release(first)
    release(second)
    assert history() == [(begun, "Bác bỏ.")]
    assert history("") == [(begun, "Toà soạn")]
    changed = release(first, "Bác bỏ hết.", change_class="metadata", note="Thang mới.")
    renamed = release(uuid4(), "Bác bỏ hết.", "Toà soạn mới")
    assert history() == [(begun, "Bác bỏ."), (changed, "Bác bỏ hết.")]
    assert history("") == [(begun, "Toà soạn"), (renamed, "Toà soạn mới")]
    body = json.loads(ProfileChange.objects.get(key="truth:false", sequence=changed).body)
    assert body == {
        "scale": "truth", "slug": "false", "labels": {"vi": "Sai"}, "meanings": {"vi": "Bác bỏ hết."}, "value": 1,
        "best": 5, "worst": 1,
    }  # fmt: skip


def test_imported_reviews_and_reinstatements_do_not_count(bare_record: None) -> None:
    subject = uuid4()
    release(uuid4(), name="Báo khác", keys={"original_url": "https://bao.example/1"})
    assert not ProfileChange.objects.exists()
    begun = release(subject)
    published = make_statement(subject) | {"verdict": make_statement(subject)["verdict"] | {"meanings": {"vi": "Cũ."}}}
    withdrawn = {"id": str(subject), "claim": {"id": str(subject)}}
    keys = ("language", "headline", "publisher", "license")
    withdrawn |= {key: published[key] for key in keys}
    publish.publish([entries.Publication(subject, withdrawn, kind=Kind.WITHDRAWAL, note="Rút.")])
    publish.publish([entries.Publication(subject, published, kind=Kind.REINSTATEMENT, note="Trả lại.")])
    assert history() == [(begun, "Bác bỏ.")]


@pytest.mark.parametrize(
    "erased",
    # One of them and all, and in `make prove` each combination.
    [
        pytest.param(each, marks=[pytest.mark.prove] if 1 < sum(each) < 4 else [])
        for each in product([False, True], repeat=4)
        if any(each)
    ],
)
def test_an_erasure_leaves_the_rows_of_the_other_reviews(bare_record: None, erased: tuple[bool, ...]) -> None:
    """The rows are the same as those that are built from the documents that are left."""
    subjects = [uuid4() for _ in range(4)]
    meanings = ["A", "B", "B", "A"]
    for subject, meaning in zip(subjects, meanings, strict=True):
        release(subject, meaning, f"Tên {meaning}")
    for subject, gone in zip(subjects, erased, strict=True):
        if gone:
            erase(subject)
    found = {key: history(key) for key in ("", "truth:false")}
    left = [meaning for meaning, gone in zip(meanings, erased, strict=True) if not gone]
    changes = [each for at, each in enumerate(left) if not at or left[at - 1] != each]
    assert [meaning for _, meaning in found["truth:false"]] == changes
    call_command("rebuild_record", verbosity=0)
    assert found == {key: history(key) for key in ("", "truth:false")}
