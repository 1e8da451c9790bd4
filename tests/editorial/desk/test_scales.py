"""Rating scales, topics and verdict mappings at the desk."""

import re
from typing import Any

from factcheck.editorial.models import EditorialEvent, RatingScale, Review, Topic, Verdict, VerdictMapping
from factcheck.editorial.proposals import workflow
from tests.editorial.desk.addresses import decision
from tests.imports.own_records import record, take
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, adopted_mappings, make_newsroom, make_scale, make_user, waiting


def test_scales_and_topics_are_changed_by_chief_editors(newsroom: Newsroom) -> None:
    scale = make_scale()
    verdict = scale.verdicts.get(slug="false")
    page = f"/admin/editorial/ratingscale/{scale.pk}/change/"
    editor = signed_in(newsroom.editor).open(page)
    assert not editor.has_button("Save")
    assert "Phần lớn sai" in editor.text
    assert "Mostly false" in editor.text
    assert signed_in(newsroom.chief).open(page).has_button("Save")
    assert signed_in(newsroom.chief).open(page.replace("change", "delete")).status == 403
    chief = signed_in(newsroom.chief).open("/admin/editorial/topic/add/")
    chief.fill(slug="dich-benh", labels__0__language="vi", labels__0__label="Dịch bệnh").press("Save")
    assert str(Topic.objects.get()) == "Dịch bệnh"
    assert "Dịch bệnh" in chief.open("/admin/editorial/topic/").text
    chief.open(page)
    names = [name for form in chief.page.forms for name in form.values]
    row = next(name.removesuffix("slug") for name in names if chief.value(name) == "false")
    chief.fill(**{f"{row}value": "9"}).press("Save")
    assert "The value must be between 1 and 5." in chief.text
    chief.fill(**{f"{row}value": "1", f"{row}label_vi": "Sai hẳn", f"{row}explanation_vi": ""}).press("Save")
    assert verdict.labels.get(language="vi").label == "Sai hẳn"
    assert verdict.labels.get(language="en").label == "False"
    assert RatingScale.objects.get(slug="truth").verdicts.get(slug="false").value == 1


def test_what_a_scale_must_be_is_said_in_words(newsroom: Newsroom) -> None:
    chief = signed_in(newsroom.chief).open("/admin/editorial/ratingscale/add/")
    chief.fill(slug="second", name="Thang thứ hai", worst="0", best="0").press("Save")
    for words in ("The worst value must be 1 or higher.", "The best value must be higher than the worst value."):
        assert words in chief.text
    assert "Constraint" not in chief.text
    assert RatingScale.objects.count() == 1


def test_default_scale_is_offered_first(newsroom: Newsroom, settings: Any) -> None:
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


def propose_mapping(newsroom: Newsroom, slug: str = "false") -> VerdictMapping:
    """The mapping that an Editor proposed at the desk."""
    verdict = make_scale().verdicts.get(slug=slug)
    editor = signed_in(newsroom.editor).open("/admin/editorial/verdictmapping/add/")
    editor.fill(words="Satire", site="a.example", verdict=verdict.pk).press("Save and continue editing")
    return VerdictMapping.objects.get(words="Satire")


def test_verdict_mapping_needs_two_editors(database: str) -> None:
    newsroom, other = make_newsroom(), make_newsroom("khac.example")
    mapping = propose_mapping(newsroom)
    page = f"/admin/editorial/verdictmapping/{mapping.pk}/change/"
    editor = signed_in(newsroom.editor).open(page)
    assert [editor.has_link(button) for button in ("Approve", "Take back")] == [False, True]
    assert not editor.has_button("Save")  # nobody changes what waits
    assert "You can’t do this any more" in editor.open(decision(mapping, "approve")).text
    reporter = signed_in(newsroom.reporter).open(page)
    assert not any(reporter.has_link(button) for button in ("Approve", "Return with a message"))
    assert "You can’t do this any more" in reporter.open(decision(mapping, "approve")).text
    assert reporter.open("/admin/editorial/verdictmapping/add/").status == 403
    assert signed_in(make_user("root", is_superuser=True)).open(decision(mapping, "approve")).status == 404

    second = signed_in(other.chief).open("/admin/").follow(str(mapping))  # a mapping is the whole site's
    assert f"Proposed by {newsroom.editor}." in second.text
    second.follow("Approve")
    assert f"“Satire” means “False” on the scale “{make_scale().name}”. a.example" in second.text
    assert waiting(mapping).digest in second.text
    assert "All imported reviews in these words get our verdict" in second.text
    second.press("Approve")
    assert f"Proposed by {newsroom.editor}, approved by {other.chief}." in second.text
    assert len(adopted_mappings()) == 1
    assert not second.has_link("Approve")
    assert not second.has_link("Delete")

    second.fill(words="Satire!").press("Save and continue editing")
    assert f"Proposed by {other.chief}." in second.text
    assert adopted_mappings() == []
    assert editor.open(page).has_link("Approve")


def test_returned_mapping_is_told_of_and_proposed_again_when_it_is_saved(newsroom: Newsroom) -> None:
    mapping = propose_mapping(newsroom)
    second = signed_in(newsroom.second).open(decision(mapping, "return"))
    assert "Nothing changes. The person who proposed this will see your message." in second.text
    second.fill(reason="Trào phúng không phải là sai.").press("Return with a message")
    editor = signed_in(newsroom.editor).open("/admin/")
    returned = editor.text.partition("Returned to you")[2]
    assert str(mapping) in returned
    assert "Trào phúng không phải là sai." in returned
    editor.follow(str(mapping))
    assert f"Returned by {newsroom.second}." in editor.text
    assert "Trào phúng không phải là sai." in editor.text
    editor.press("Save and continue editing")
    assert waiting(mapping).submitted_by == newsroom.editor
    assert "Returned to you" not in editor.open("/admin/").text


def test_mapping_is_not_used_for_another_verdict_that_takes_the_short_name(newsroom, tmp_path, settings):
    """A Chief editor renames verdicts alone, and two people decided on the mapping."""
    mapping = propose_mapping(newsroom)
    proposal = waiting(mapping)
    workflow.approve(proposal=proposal, by=newsroom.second, digest=proposal.digest)
    Verdict.objects.filter(slug="false").update(slug="wrong")
    Verdict.objects.filter(slug="true").update(slug="false")
    satire = record(original_url="https://a.example/1", verdict={"original": {"label": "Satire"}})
    settings.VAR = tmp_path  # an import writes there what it refuses
    assert take(tmp_path / "reviews.jsonl", satire) == "1 new, 0 unchanged, 0 changed, 0 refused."
    assert Review.objects.get().verdict is None

    editor = signed_in(newsroom.editor).open(f"/admin/editorial/verdictmapping/{mapping.pk}/change/")
    assert "What was approved isn’t what this page shows." in editor.text
    editor.press("Save and continue editing")
    proposal = waiting(mapping)
    workflow.approve(proposal=proposal, by=newsroom.second, digest=proposal.digest)
    assert adopted_mappings() == [mapping]


def test_list_of_mappings_says_who_proposed_and_who_decided(newsroom: Newsroom) -> None:
    mapping = propose_mapping(newsroom)
    browser = signed_in(newsroom.second).open("/admin/editorial/verdictmapping/")
    assert f"{newsroom.editor} waiting for approval –" in browser.text
    assert browser.open("/admin/editorial/verdictmapping/?decision=waiting").has_link("Satire")
    assert not browser.open("/admin/editorial/verdictmapping/?decision=approved").has_link("Satire")
    proposal = waiting(mapping)
    workflow.approve(proposal=proposal, by=newsroom.second, digest=proposal.digest)
    browser.open("/admin/editorial/verdictmapping/?decision=approved")
    assert f"{newsroom.editor} approved {newsroom.second}" in browser.text


def test_events_of_a_mapping_say_what_was_proposed(newsroom: Newsroom) -> None:
    mapping = propose_mapping(newsroom)
    proposal = waiting(mapping)
    workflow.approve(proposal=proposal, by=newsroom.second, digest=proposal.digest)
    proposed, approved, adopted = EditorialEvent.objects.filter(action__startswith="mapping.").order_by("pk")
    assert [proposed.action, approved.action, adopted.action] == [
        "mapping.submitted", "mapping.approved", "mapping.adoption"
    ]  # fmt: skip
    assert (approved.subject, approved.newsroom) == (f"mapping:{mapping.pk}", None)
    assert approved.detail == {"digest": proposal.digest}
    chief = signed_in(make_newsroom("khac.example").chief).open("/admin/editorial/editorialevent/")
    assert "proposed a verdict mapping" in chief.text
    assert "approved a verdict mapping" in chief.text
    chief.open(f"/admin/editorial/editorialevent/{proposed.pk}/change/")
    assert "our verdict: False ; their words: Satire" in chief.text


def test_verdict_of_a_new_scale_lies_between_its_ends(newsroom: Newsroom) -> None:
    chief = signed_in(newsroom.chief).open("/admin/editorial/ratingscale/add/")
    chief.add_row("verdicts")
    chief.fill(name="Thang", slug="thang", worst=1, best=3)
    words = {f"verdicts__0__{name}_{code}": "Đúng" for name in ("label", "explanation") for code in ("en", "vi")}
    chief.fill(verdicts__0__slug="true", verdicts__0__value=9, **words).press("Save")
    assert "The value must be between 1 and 3." in chief.text
    chief.fill(verdicts__0__value=3).press("Save")
    assert [verdict.value for verdict in RatingScale.objects.get(slug="thang").verdicts.all()] == [3]
