"""The list of events: what each is about in words, and nothing that was erased."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.desk.people.events import SUBJECT_MODELS
from factcheck.editorial.models import Claimant, EditorialEvent, Topic
from factcheck.editorial.models.events import ACTIONS
from factcheck.editorial.proposals import workflow
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, give_role, make_user

EVENTS = "/admin/editorial/editorialevent/"


def test_every_action_is_of_a_known_kind() -> None:
    assert {action.partition(".")[0] for action in ACTIONS} == set(SUBJECT_MODELS)


def test_what_an_event_is_about_is_named_and_linked(newsroom: Newsroom) -> None:
    review = newsroom.publish_new(headline="Không có cá sấu ở hồ Tây")
    demand = newsroom.make_demand()
    newsroom.publish_demand(demand)
    chief = signed_in(newsroom.chief).open(EVENTS)
    for words in ("sequence", "digest:", str(review.pk) + "</td>", "demand.published"):
        assert words not in chief.html
    assert "entry of the log: " in chief.text
    assert chief.has_link(str(demand))
    event = EditorialEvent.objects.get(action="publication.approved")
    page = signed_in(newsroom.chief).open(f"{EVENTS}{event.pk}/change/")
    assert f"digest: {event.detail['digest']}" in page.text
    assert str(review.pk) in page.text
    assert "publication.approved" not in page.text
    assert not page.has_link("History")  # an event never changes
    assert chief.follow("Không có cá sấu ở hồ Tây").path == f"/admin/editorial/review/{review.pk}/change/"


def test_claims_that_were_merged_are_named(newsroom: Newsroom) -> None:
    reviews = [newsroom.make_review(newsroom.make_claim(text=text)) for text in ("Cá sấu hồ Tây.", "Cá sấu Hà Nội.")]
    for review in reviews:
        newsroom.publish_review(review)
    newsroom.merge_claims(reviews[0].claim, reviews[1].claim)
    told = signed_in(newsroom.chief).open(EVENTS).text
    assert "other claim: Cá sấu Hà Nội." in told


def test_what_was_erased_or_is_gone_has_no_title(newsroom: Newsroom) -> None:
    review = newsroom.publish_new(headline="Ông Mẫu không bán hồ Tây")
    newsroom.erase_review(review)
    claim = newsroom.make_claim(text="Ông Mẫu bán hồ Tây.")
    chief = signed_in(newsroom.chief).open(EVENTS)
    assert "Ông Mẫu" not in chief.html
    assert chief.has_link("erased")
    EditorialEvent.objects.using("owner").create(
        actor_id=newsroom.editor.pk, action="claim.exchanged", newsroom_id=newsroom.publisher.pk, subject=str(claim.pk)
    )
    assert signed_in(newsroom.chief).open(EVENTS).has_link("Ông Mẫu bán hồ Tây.")
    claim.delete()
    assert "no longer available" in signed_in(newsroom.chief).open(EVENTS).text


def test_changes_of_accounts_and_roles_are_in_words(newsroom: Newsroom) -> None:
    lan = make_user("lan")
    give_role(lan, newsroom.publisher, "reporter")
    give_role(lan, newsroom.publisher, "editor")
    lan.set_password("x")
    lan.save(using="owner")
    told = signed_in(make_user("root", is_superuser=True)).open(EVENTS)
    assert "role: Reporter → Editor" in told.text
    assert "password: changed" in told.text
    assert "may log in at the editors’ desk: yes" in told.text
    assert told.has_link("lan")
    for words in ("is_staff", "True", "False", "date_joined"):
        assert words not in told.text
    assert not signed_in(newsroom.chief).open(EVENTS).has_link("lan")  # no page of theirs


def test_queries_do_not_grow_with_the_events(newsroom: Newsroom) -> None:
    chief = signed_in(newsroom.chief)

    def queries() -> int:
        with CaptureQueriesContext(connection) as said:
            chief.open(EVENTS)
        return len(said)

    for number in range(2):
        review = newsroom.make_review(newsroom.make_claim(text=f"Cá sấu {number}."), headline="")
        workflow.submit(subject=review, by=newsroom.reporter)
    few = queries()
    for number in range(10):
        review = newsroom.make_review(newsroom.make_claim(text=f"Rùa {number}."), headline="")
        workflow.submit(subject=review, by=newsroom.reporter)
    assert queries() == few


def test_saves_that_nothing_else_records_are_events_and_not_rows_of_djangos_log(newsroom: Newsroom) -> None:
    chief = signed_in(newsroom.chief).open("/admin/editorial/claimant/add/").choose("type", "described, not named")
    chief.fill(description="một tài khoản Facebook").press("Save")
    claimant = Claimant.objects.get(description="một tài khoản Facebook")
    page = f"/admin/editorial/claimant/{claimant.pk}"
    chief.open(f"{page}/change/").fill(description="một trang Facebook").press("Save")
    chief.open(f"{page}/change/").press("Save")  # nothing was changed
    assert chief.client.get(f"{page}/history/").status_code == 404
    chief.open(f"{page}/delete/").press("Yes, I’m sure")
    chief.open("/admin/editorial/topic/add/").fill(slug="muc-moi").press("Save")
    chief.open(f"/admin/editorial/publisher/{newsroom.publisher.pk}/change/").fill(name="Tên mới").press("Save")
    events = EditorialEvent.objects.order_by("pk").filter(actor=newsroom.chief, detail={})
    assert [(event.action, event.subject, event.newsroom_id) for event in events] == [
        ("claimant.added", str(claimant.pk), newsroom.publisher.pk),
        ("claimant.changed", str(claimant.pk), newsroom.publisher.pk),
        ("claimant.removed", str(claimant.pk), newsroom.publisher.pk),
        ("topic.added", f"topic:{Topic.objects.get(slug='muc-moi').pk}", None),
        ("publisher.changed", f"publisher:{newsroom.publisher.pk}", newsroom.publisher.pk),
    ]
    assert "muc-moi" in chief.open(EVENTS).text
    assert "django_admin_log" not in connection.introspection.table_names()
