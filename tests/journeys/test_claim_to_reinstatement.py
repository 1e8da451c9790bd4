"""From an empty database to a corrected, withdrawn and reinstated review: the desk's own forms, and the API."""

import hashlib
import json
import re
from typing import Any

from django.core import mail
from django.test import Client

from factcheck.editorial.models import EditorialEvent, User
from factcheck.editorial.people.account_mail import recovery_code
from tests.journeys.browser import Browser, sign_in

PASSWORD = "nước lũ lên mái chùa"

CHECKED = "Ảnh đã được kiểm tra."


def api(path: str) -> Any:
    response = Client().get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    return json.loads(response.content)


PEOPLE = (("Lan", "reporter"), ("Minh", "editor"), ("Hoa", "chief_editor"))


def make_newsroom() -> None:
    """An administrator, as `manage.py createsuperuser` makes one, sets up a newsroom with three people on one page.

    In first-hour mode, the only administrator approves their own proposals. The people then follow their links.
    """
    User.objects.create_superuser("admin", password=PASSWORD)
    boss = sign_in("admin", PASSWORD)
    assert "You manage accounts, roles and newsrooms." in boss.text
    assert not boss.has_link("Log a claim")
    boss.follow("The first hour: the site isn’t ready yet. See what is left to do.").follow("Add the newsroom")
    boss.fill(name="Toà soạn Sông Hương", site="songhuong.example", url="https://songhuong.example/")
    boss.fill(checklist=CHECKED).press("Save")
    boss.open("/admin/first-hour/")
    for number, (name, role) in enumerate(PEOPLE):
        email = f"{name.lower()}@songhuong.example"
        boss.fill(**{f"form__{number}__byline": name, f"form__{number}__email": email, f"form__{number}__role": role})
    boss.press("Add these colleagues")
    assert [message.to for message in mail.outbox] == [
        ["lan@songhuong.example"],
        ["minh@songhuong.example"],
        ["hoa@songhuong.example"],
    ]
    assert all(f"Hello {name}," in message.body for message, (name, _role) in zip(mail.outbox, PEOPLE, strict=True))
    for message in mail.outbox[:]:
        account = User.objects.get(email=message.to[0])
        assert recovery_code(account) in boss.text
        (link,) = set(re.findall(r"https?://[^/]+(/admin/choose-password/\S+)", message.body))
        person = Browser().open(link)
        person.fill(code=recovery_code(account), new_password1=PASSWORD, new_password2=PASSWORD).press(
            "Set the password"
        )
        assert "Your password is set." in person.text


def make_scale() -> None:
    """The chief editor writes a scale with two verdicts in both languages."""
    hoa = sign_in("hoa", PASSWORD).open("/admin/editorial/ratingscale/add/")
    hoa.fill(slug="songhuong", name="Thang Sông Hương", worst="1", best="3")
    for number, (slug, value, vi, en) in enumerate([("sai", "1", "Sai", "False"), ("dung", "3", "Đúng", "True")]):
        hoa.add_row("verdicts")
        row = {"slug": slug, "value": value, "label_vi": vi, "label_en": en}
        row |= {"explanation_vi": f"{vi} với mọi nguồn.", "explanation_en": f"{en} by every source."}
        hoa.fill(**{f"verdicts__{number}__{name}": text for name, text in row.items()})
    hoa.press("Save and continue editing")
    assert "was added successfully" in hoa.text
    assert hoa.value("verdicts-1-label_vi") == "Đúng"


def log_claim(lan: Browser) -> None:
    lan.open("/admin/editorial/claimant/add/?_popup=1")
    lan.choose("type", "described, not named").fill(description="một tài khoản Facebook").press("Save")
    claimant = re.search(r"&quot;value&quot;: &quot;([0-9a-f-]{36})", lan.html)
    assert claimant
    lan.open("/admin/").follow("Log a claim")
    lan.fill(text="Nước lũ ở Huế đã lên tới mái chùa.", language="vi", claimed_on="2026-10-03", claimant=claimant[1])
    lan.fill(appearances__0__url="https://social.example/p/1", appearances__0__first=True)
    lan.fill(appearances__0__no_capture_reason="Trang chặn máy chủ.")
    lan.choose("appearances-0-medium", "video").press("Save and write the review of this claim")
    assert lan.path.startswith("/admin/editorial/review/add/?claim=")


def write_review(lan: Browser) -> str:
    """Leaves out a source first: the desk says what is missing. Returns the review's id."""
    lan.fill(
        headline="Video nước lũ là của năm 2020",
        summary="Sai. Video được quay năm 2020.",
        body="Video **không** quay năm nay.",
    )
    lan.choose("verdict", "False False by every source.")
    lan.fill(sources__0__title="Báo Sông Hương", sources__0__url="https://bao.example/2020")
    lan.choose("sources-0-stance", "refutes").press("Save and submit for approval")
    assert "A review needs at least two sources. This review has 1" in lan.text
    assert not lan.has_button("Submit for approval")
    lan.follow("Back to the review").add_row("sources")
    lan.fill(sources__1__title="Trạm khí tượng", sources__1__url="https://tram.example/").choose(
        "sources-1-stance", "context"
    )
    lan.fill(sources__0__no_capture_reason="Báo giấy.", sources__1__no_capture_reason="Trang chặn máy chủ.")
    lan.press("Save and submit for approval")
    assert "Submitted. Someone else now has to decide." in lan.text
    assert not lan.has_link("Read and decide")
    assert not lan.has_button("Save and go on")
    found = re.search(r"[0-9a-f-]{36}", lan.path)
    assert found
    return found[0]


def test_claim_from_empty_database_to_reinstatement(database: str, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    make_newsroom()
    make_scale()
    lan, minh = sign_in("lan", PASSWORD), sign_in("minh", PASSWORD)
    log_claim(lan)
    review = write_review(lan)
    assert api("reviews/")["results"] == []

    # Returned with a message, mended, submitted again.
    assert "Waiting for your decision" in minh.open("/admin/").text
    minh.follow("Video nước lũ là của năm 2020").press("Return with a message")
    assert minh.codes == {"incomplete"}
    minh.fill(reason="Ghi rõ tháng.").press("Return with a message")
    assert "Returned to you" in lan.open("/admin/").text
    assert "Ghi rõ tháng." in lan.text
    lan.follow("Video nước lũ là của năm 2020").fill(summary="Sai. Video được quay tháng 10 năm 2020.")
    lan.press("Save and submit for approval")

    # Approved over what the public will see, and published.
    minh.open("/admin/").follow("Video nước lũ là của năm 2020")
    assert "Changes since the review was returned" in minh.text
    assert "Earlier messages Minh" in minh.text
    assert "Sai. Video được quay tháng 10 năm 2020." in minh.text
    assert "<strong>không</strong>" in minh.html
    minh.fill(checked=[CHECKED]).press("Approve and publish")
    assert "Approved and published." in minh.text
    body = api(f"reviews/{review}/")
    assert body["verdict"]["label"] == "Sai"
    assert body["claim"]["text"] == "Nước lũ ở Huế đã lên tới mái chùa."
    assert body["claim"]["claimant"]["description"] == "một tài khoản Facebook"
    assert body["claim"]["appearances"][0]["medium"] == "video"
    assert body["authors"] == [{"name": "Lan"}]
    assert body["publisher"]["site"] == "songhuong.example"
    assert [source["stance"] for source in body["sources"]] == ["refutes", "context"]
    assert body["revision"]["number"] == 1

    # Corrected: the reader keeps the first revision meanwhile, and then sees what changed.
    lan.open(f"/admin/editorial/review/{review}/change/").follow("Open a correction").press("Open a correction")
    assert lan.codes == {"incomplete"}
    lan.choose("change_class", "substantive").fill(note="Trạm khí tượng đã xác nhận số liệu đo ngày hôm đó.").press(
        "Open a correction"
    )
    lan.choose("verdict", "True True by every source.").fill(headline="Video nước lũ là thật")
    lan.press("Save and submit for approval")
    assert api(f"reviews/{review}/")["verdict"]["label"] == "Sai"
    minh.open(f"/admin/editorial/review/{review}/change/").follow("Read and decide")
    assert "Verdict: Removed: Sai Added: Đúng" in minh.text
    assert "Headline Video nước lũ là Removed: của năm 2020 Added: thật" in minh.text
    minh.fill(checked=[CHECKED]).press("Approve and publish")
    body = api(f"reviews/{review}/")
    assert body["revision"]["number"] == 2
    assert body["corrections"][0]["note"] == "Trạm khí tượng đã xác nhận số liệu đo ngày hôm đó."
    assert body["corrections"][0]["verdict_before"]["label"] == "Sai"

    # Withdrawn and reinstated, each by two people.
    minh.open(f"/admin/editorial/review/{review}/change/").follow("Withdraw").press("Withdraw")
    assert minh.codes == {"incomplete"}
    minh.fill(reason="Nguồn chính rút lại số liệu.").press("Withdraw")
    assert not minh.has_link("Read and decide")
    hoa = sign_in("hoa", PASSWORD).open("/admin/").follow("Video nước lũ là thật")
    assert "Nguồn chính rút lại số liệu." in hoa.text
    hoa.press("Approve")
    assert api("reviews/")["results"] == []
    assert api(f"reviews/{review}/")["revision"]["kind"] == "withdrawal"
    lan.open(f"/admin/editorial/review/{review}/change/").follow("Reinstate")
    lan.fill(reason="Số liệu đã được xác nhận lại.").press("Reinstate")
    minh.open("/admin/").follow("Video nước lũ là thật").press("Approve")
    assert [row["id"] for row in api("reviews/")["results"]] == [review]
    assert api(f"reviews/{review}/")["revision"]["note"] == "Số liệu đã được xác nhận lại."

    # The page of the review names the bytes; they have the digest that it shows.
    minh.open(f"/admin/editorial/review/{review}/change/")
    for number in (1, 2, 3, 4):
        response = Client().get(f"/api/v1/reviews/{review}/revisions/{number}/document/")
        salt = bytes.fromhex(response["Factcheck-Salt"])
        assert hashlib.sha256(salt + response.content).hexdigest() in minh.text

    # The events name the person who gave out the roles.
    events = EditorialEvent.objects.filter(action="membership.added")
    assert [event.actor and event.actor.username for event in events] == ["admin"] * 3
