"""Rating scales, topics and verdict mappings at the desk."""

import re
from typing import Any

from factcheck.editorial.models import EditorialEvent, RatingScale, Topic, VerdictMapping
from tests.drafts import make_newsroom, make_scale, make_user
from tests.journeys.browser import signed_in


def test_scales_and_topics_are_changed_by_chief_editors(database: str) -> None:
    newsroom = make_newsroom()
    scale = make_scale()
    verdict = scale.verdicts.get(slug="false")
    for page in (
        f"/admin/editorial/ratingscale/{scale.pk}/change/",
        f"/admin/editorial/verdict/{verdict.pk}/change/",
    ):
        assert not signed_in(newsroom.editor).open(page).has_button("Save")
        assert signed_in(newsroom.chief).open(page).has_button("Save")
        assert signed_in(newsroom.chief).open(page.replace("change", "delete")).status == 403
    chief = signed_in(newsroom.chief).open("/admin/editorial/topic/add/")
    chief.fill(slug="dich-benh", labels__0__language="vi", labels__0__label="Dịch bệnh").press("Save")
    assert str(Topic.objects.get()) == "Dịch bệnh"
    assert "Dịch bệnh" in chief.open("/admin/editorial/topic/").text
    assert "Mostly false" in chief.open("/admin/editorial/verdict/").text
    chief.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "vi"
    assert "Phần lớn sai" in chief.open("/admin/editorial/verdict/").text
    chief.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    chief.open(f"/admin/editorial/verdict/{verdict.pk}/change/").fill(value="9").press("Save")
    assert "The value must lie between 1 and 5." in chief.text
    assert chief.open("/admin/editorial/verdict/add/").status == 200
    assert RatingScale.objects.get(slug="truth").verdicts.get(slug="false").value == 1


def test_short_name_that_the_scale_has_already_is_refused_in_words(database: str) -> None:
    newsroom = make_newsroom()
    verdict = make_scale().verdicts.get(slug="false")
    chief = signed_in(newsroom.chief).open(f"/admin/editorial/verdict/{verdict.pk}/change/")
    chief.fill(slug="true", labels__0__label="Sai hẳn").press("Save")
    assert chief.status == 200
    assert "Verdict with this Rating scale and Short name already exists." in chief.text
    assert chief.value("labels-0-label") == "Sai hẳn"


def test_what_a_scale_must_be_is_said_in_words(database: str) -> None:
    newsroom = make_newsroom()
    chief = signed_in(newsroom.chief).open("/admin/editorial/ratingscale/add/")
    chief.fill(slug="second", name="Thang thứ hai", worst="0", best="0").press("Save")
    for words in ("The worst value is 1 or more.", "The best value must be above the worst."):
        assert words in chief.text
    assert "Constraint" not in chief.text
    assert RatingScale.objects.count() == 1


def test_default_scale_is_offered_first(database: str, settings: Any) -> None:
    newsroom = make_newsroom()
    for slug in ("above", "zone"):  # in the order of short names before and after "truth"
        scale = RatingScale.objects.create(slug=slug, name=f"Thang {slug}")
        scale.verdicts.create(slug="true", value=5)
    lan = signed_in(newsroom.reporter).open("/admin/editorial/review/add/")
    assert re.findall("Mức độ đúng sai|Thang above|Thang zone", lan.text) == [
        "Mức độ đúng sai", "Thang above", "Thang zone"
    ]  # fmt: skip
    settings.DEFAULT_RATING_SCALE = "zone"
    lan.open("/admin/editorial/review/add/")
    assert re.findall("Mức độ đúng sai|Thang above|Thang zone", lan.text) == [
        "Thang zone", "Thang above", "Mức độ đúng sai"
    ]  # fmt: skip


def test_verdict_mapping_needs_two_editors(database: str) -> None:
    newsroom = make_newsroom()
    verdict = make_scale().verdicts.get(slug="false")
    editor = signed_in(newsroom.editor).open("/admin/editorial/verdictmapping/add/")
    editor.fill(words="Pants on Fire", verdict=verdict.pk).press("Save and continue editing")
    assert not editor.has_link("Approve")
    mapping = VerdictMapping.objects.get()
    page = f"/admin/editorial/verdictmapping/{mapping.pk}/"
    editor.open(f"{page}approve/").press("Approve")
    assert "You proposed this yourself; somebody else has to approve it." in editor.text
    assert "Only an Editor or Chief editor can approve this." in (
        signed_in(newsroom.reporter).open(f"{page}approve/").press("Approve").text
    )
    assert signed_in(newsroom.reporter).open("/admin/editorial/verdictmapping/add/").status == 403
    assert signed_in(make_user("root", is_superuser=True)).open(f"{page}approve/").status in (403, 404)
    second = signed_in(newsroom.second).open(f"{page}change/").follow("Approve").press("Approve")
    assert "Approved: imports use it from now on." in second.text
    assert VerdictMapping.objects.get().approved_by == newsroom.second
    second.open(f"{page}approve/").press("Approve")
    event = EditorialEvent.objects.get(action="mapping.approved")
    assert (event.subject, event.newsroom) == (f"mapping:{mapping.pk}", None)
    assert event.detail == {"words": "Pants on Fire", "site": "", "verdict": verdict.pk}
    chief = signed_in(make_newsroom("khac.example").chief).open("/admin/editorial/editorialevent/")
    assert "approved a verdict mapping" in chief.text
    assert "Pants on Fire" in chief.open(f"/admin/editorial/editorialevent/{event.pk}/change/").text
    assert not second.open(f"{page}change/").has_link("Delete")
    second.fill(words="Pants on fire!").press("Save and continue editing")
    mapping = VerdictMapping.objects.get()
    assert (mapping.proposed_by, mapping.approved_by) == (newsroom.second, None)
    editor.open(f"{page}change/").follow("Delete").press("Yes, I’m sure")
    assert not VerdictMapping.objects.exists()


def test_verdict_mapping_is_approved_as_it_was_read(database: str) -> None:
    newsroom = make_newsroom()
    verdicts = make_scale().verdicts
    mapping = VerdictMapping.objects.create(
        words="Satire", site="a.example", verdict=verdicts.get(slug="false"), proposed_by=newsroom.editor
    )
    page = f"/admin/editorial/verdictmapping/{mapping.pk}/approve/"
    waits = "Verdict mappings that others proposed wait to be approved."
    for who in (newsroom.editor, newsroom.reporter):
        assert waits not in signed_in(who).open("/admin/").text
    assert signed_in(newsroom.second).open("/admin/").follow(waits).has_link("Satire")
    second = signed_in(newsroom.second).open(page)
    assert "Satire (a.example)" in second.text
    VerdictMapping.objects.update(verdict=verdicts.get(slug="true"))
    second.press("Approve")
    assert "The mapping was changed since you opened it." in second.text
    assert VerdictMapping.objects.get().approved_by is None
    second.open(page).press("Approve")
    assert VerdictMapping.objects.get().approved_by == newsroom.second
    assert waits not in second.open("/admin/").text


def test_verdict_of_a_new_scale_lies_between_its_ends(database: str) -> None:
    newsroom = make_newsroom()
    chief = signed_in(newsroom.chief).open("/admin/editorial/ratingscale/add/")
    chief.add_row("verdicts")
    chief.fill(name="Thang", slug="thang", worst=1, best=3)
    chief.fill(verdicts__0__slug="true", verdicts__0__value=9).press("Save")
    assert "The value must lie between 1 and 3." in chief.text
    chief.fill(verdicts__0__value=3).press("Save")
    assert [verdict.value for verdict in RatingScale.objects.get(slug="thang").verdicts.all()] == [3]
