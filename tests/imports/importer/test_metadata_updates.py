"""A later import that only knows dates, languages or details better says so, and isn't listed as a correction."""

from pathlib import Path

from django.test import Client

from factcheck.record.models import LogEntry
from tests.imports.own_records import bodies, publish, record, take
from tests.support.drafts import Newsroom


def test_better_date_is_a_change_of_metadata(newsroom: Newsroom, file: Path) -> None:
    take(file, record(1), record(2))
    publish()
    dated = record(1, reviewed_on="2020-10-09", claim={"claimed_on": "2020-10-07"})
    assert take(file, dated, record(2)) == "0 new, 1 unchanged, 1 changed, 0 refused."
    assert publish() == "1 reviews published."
    body = bodies()[-1]
    note = "We now know more about this review: the dates. The verdict, the claim and the text are unchanged."
    assert (body["reviewed_on"], body["corrections"]) == ("2020-10-09", [])
    assert (body["revision"]["kind"], body["revision"]["class"], body["revision"]["note"]) == (
        "update", "metadata", note,
    )  # fmt: skip
    client, path = Client(), f"/api/v1/reviews/{body['id']}"
    assert client.get("/api/v1/corrections/").json()["results"] == []
    (change,) = client.get("/api/v1/changes/?since=1").json()["results"]
    assert (change["kind"], change["subject"]) == ("review.update", body["id"])
    history = client.get(f"{path}/revisions/").json()["results"]
    assert {each["class"]: each["note"] for each in history} == {"metadata": note, None: None}
    assert "Nothing has been corrected yet." in client.get("/en/corrections/").content.decode()
    assert note in client.get(f"/reviews/{body['id']}/").content.decode()
    assert b"<entry>" not in client.get("/feeds/corrections.atom").content


def test_note_names_what_is_known_better(newsroom: Newsroom, file: Path) -> None:
    take(file, record(1, language="vi"), record(2))
    publish()
    take(
        file,
        record(1, language="vi", reviewed_on="2020-10-09"),
        record(2, claim={"language": "fr"}, authors=[{"name": "Bo"}]),
    )
    publish()
    assert [body["revision"]["note"] for body in bodies()[-2:]] == [
        "Chúng tôi đã biết rõ hơn về bài này: ngày tháng. Kết luận, nội dung được kiểm chứng và bài viết không đổi.",
        "We now know more about this review: the language, other details. The verdict, the claim and the text are"
        " unchanged.",
    ]


def test_changed_text_with_a_better_date_is_an_update(imported, file):
    take(file, record(headline="Other", reviewed_on="2020-10-09"))
    publish()
    (body,) = bodies()
    assert (body["revision"]["class"], len(body["corrections"])) == ("update", 1)
    assert LogEntry.objects.count() == 2
