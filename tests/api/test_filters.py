"""Which reviews and claims each filter selects."""

import unicodedata
from datetime import UTC, date, timedelta

import pytest
from django.core.management import call_command

from factcheck.editorial.models import Appearance, Claimant, RatingScale, Topic, Verdict
from factcheck.record.formats.urls import URL_RULES
from factcheck.record.lists.values import STARTER_SCALE, STARTER_VERDICTS
from factcheck.record.models import LogEntry, PublishedClaim, PublishedReview, RecordAddress
from factcheck.web.response_cache import forget_responses
from tests.api.published import make_imported
from tests.support.drafts import Newsroom, make_newsroom


@pytest.fixture(scope="module")
def world(module_database):
    """Three reviews of two claims: `lu` (vi), `flood` (en) of the same claim by another newsroom, `tea` (vi-VN)."""
    hue, paris = make_newsroom(), make_newsroom("verite.example")
    flood_claim = hue.make_claim()
    minister = Claimant.objects.create(
        newsroom=hue.publisher, type="person", name="Bộ trưởng", is_public_figure=True, job_title="Bộ trưởng"
    )
    tea_claim = hue.make_claim(
        text="Trà xanh chữa khỏi bệnh.", language="vi-VN", claimed_on=date(2026, 9, 1), claimant=minister
    )
    Appearance.objects.create(
        claim=tea_claim, url="https://www.video.example/watch?v=7&t=1", no_capture_reason="Đã bị xóa."
    )
    tea_claim.topics.add(Topic.objects.create(slug="health"))
    lu = hue.make_review(flood_claim, reviewed_on=date(2026, 10, 5))
    flood = paris.make_review(
        paris.make_claim(text="The flood reached the roof.", language="en"), language="en", headline="Filmed in 2020",
        summary="False: filmed elsewhere.", reviewed_on=date(2026, 10, 6),
    )  # fmt: skip
    tea = hue.make_review(tea_claim, language="vi-VN", headline="Trà không chữa bệnh", summary="Chưa có bằng chứng.")
    other = RatingScale.objects.create(slug="quality", name="Quality", worst=1, best=3)
    tea.verdict = Verdict.objects.create(scale=other, slug="false", value=1)
    tea.verdict.labels.create(language="vi", label="Kém")
    tea.save()
    reviews = {"lu": lu, "flood": flood, "tea": tea}
    for review in reviews.values():
        (paris if review is flood else hue).publish_review(review)
    hue.correct_review(lu, headline="Video nước lũ cũ")
    return reviews


@pytest.fixture
def named(world, api):
    """The names of what an address lists, sorted."""
    reviews = {str(review.pk): name for name, review in world.items()}
    claims = {str(review.claim_id): name for name, review in world.items()}

    def names(query, of="reviews"):
        return sorted((reviews if of == "reviews" else claims)[each] for each in api.ids(f"{of}/?{query}"))

    return names


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["flood", "lu", "tea"]),
        ("q=tra xanh", ["tea"]),
        ("q=nước lũ", ["lu"]),
        ("q=nu%CC%9Bo%CC%9B%CC%81c lu%CC%83", ["lu"]),  # the same in NFD
        ("q=NUOC LU", ["lu"]),
        ("q=floods", ["flood"]),
        ('q="reached the roof"', ["flood"]),
        ('q="roof the reached"', []),
        ("q=tra or flood", ["flood", "tea"]),
        ("q=tra&q=flood", ["flood", "tea"]),
        ("q=lũ -tra", ["lu"]),
        ("q=lũ -video", []),
        ("q=-video", []),
        ("q=***", []),
        ("language=vi", ["lu", "tea"]),
        ("language=VI-vn", ["tea"]),
        ("language=fr", []),
        ("language=en&language=vi-VN", ["flood", "tea"]),
        ("verdict=false", ["flood", "lu"]),
        ("verdict=truth:false", ["flood", "lu"]),
        ("verdict=quality:false", ["tea"]),
        ("verdict=quality:false&verdict=false", ["flood", "lu", "tea"]),
        ("verdict=true", []),
        ("verdict=mostly-true", []),
        ("verdict=pants-on-fire", []),
        ("publisher=kiemchung.example", ["lu", "tea"]),
        ("publisher=WWW.Verite.example", ["flood"]),
        ("publisher=kiemchung.example&publisher=verite.example", ["flood", "lu", "tea"]),
        ("publisher=kiemchung.example&language=en", []),
        ("language=vi&verdict=false&publisher=kiemchung.example&q=lu&claimed_after=2026-01-01", ["lu"]),
        ("topic=health", ["tea"]),
        ("topic=health&topic=floods", ["tea"]),
        ("appearance_url=http://VIDEO.example/watch?v=7%26t=1%23here", ["tea"]),
        ("appearance_url=https://video.example/watch?v=7", []),
        ("appearance_url=https://social.example/p/1/", ["flood", "lu", "tea"]),
        ("claimed_after=2026-09-01&claimed_before=2026-09-02", ["tea"]),
        ("published_before=2020-01-01&published_before=9999-12-31", ["flood", "lu", "tea"]),
        ("updated_after=9999-12-31T23:59:59.999999Z", []),
    ],
)
def test_filter_selects(named, query, expected):
    assert named(query) == expected
    assert named(query, of="claims") == expected


@pytest.mark.parametrize("of", ["reviews", "claims"])
@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("language=english", "This isn't a language tag. Did you mean en?"),
        ("language=Englsh", "This isn't a language tag. Did you mean en?"),
        ("language=Tiếng Việt", "This isn't a language tag. Did you mean vi?"),
        ("language=tieng anh", "This isn't a language tag. Did you mean en?"),
        ("language=français", "This isn't a language tag. Did you mean fr?"),
        ("language=pt_BR", "This isn't a language tag. Did you mean pt-BR?"),
        ("language=v", "This isn't a language tag. Send a BCP 47 tag, for example vi or pt-BR."),
        ("verdict=flase", "No review has this verdict. Did you mean truth:false?"),
        ("verdict=truth:mostly_true", "No review has this verdict. Did you mean truth:mostly-true?"),
        ("verdict=quality:flase", "No review has this verdict. Did you mean quality:false?"),
        ("verdict=qualitty:false", "No review has this verdict. Did you mean quality:false?"),
    ],
)
def test_misspelt_value_is_an_error_with_a_suggestion(world, api, of, query, detail):
    errors = api.problem(f"{of}/?{query}")["errors"]
    assert errors == [{"parameter": query.partition("=")[0], "detail": detail}]


def test_starter_verdicts_are_those_of_a_new_site(module_database):
    verdicts = Verdict.objects.filter(scale__slug=STARTER_SCALE).values_list("slug", flat=True)
    assert {f"{STARTER_SCALE}:{slug}" for slug in verdicts} == set(STARTER_VERDICTS)


def test_claimant_filter_takes_ids(world, named):
    ids = [str(world[name].claim.claimant_id) for name in ("tea", "flood")]
    assert named(f"claimant={ids[0]}") == ["tea"]
    assert named(f"claimant={ids[0]}&claimant={ids[1].upper()}") == ["flood", "tea"]
    assert named(f"claimant={ids[0]}", of="claims") == ["tea"]


def test_ids_filter_takes_lists(world, named):
    lu, tea = str(world["lu"].pk), str(world["tea"].pk)
    assert named(f"ids={lu},{tea}") == ["lu", "tea"]
    assert named(f"ids={lu}&ids={tea}") == ["lu", "tea"]
    assert named(f"ids={world['flood'].claim_id}", of="claims") == ["flood"]


def test_moments_include_after_and_exclude_before(world, named):
    at = LogEntry.objects.get(subject=world["flood"].pk).at

    def names(parameter, moment):
        return named(f"{parameter}={moment.isoformat().replace('+', '%2B')}")

    assert names("published_after", at) == ["flood", "tea"]
    assert names("published_before", at) == ["lu"]
    assert names("published_after", at + timedelta(microseconds=1)) == ["tea"]
    assert names("updated_after", at + timedelta(microseconds=1)) == ["lu", "tea"]


def test_moments_have_offsets(world, named):
    at = LogEntry.objects.get(subject=world["tea"].pk).at.astimezone(UTC)
    local = (at + timedelta(hours=7)).strftime("%Y-%m-%dT%H:%M:%S.%f") + "%2B07:00"
    assert named(f"published_after={local}") == ["tea"]


def test_date_is_midnight_in_utc(world, named):
    today = LogEntry.objects.get(subject=world["tea"].pk).at.astimezone(UTC).date()
    assert named(f"published_after={today}") == named(f"published_after={today}T00:00:00Z")
    assert named("published_after=9999-12-31") == []


def test_original_url_finds_an_imported_review(newsroom: Newsroom, api):
    review = make_imported(newsroom, "https://www.outra.example/verificamos/1?p=2")
    newsroom.publish_review(review)
    assert api.ids("reviews/?original_url=http://outra.example/verificamos/1/?p=2%23top") == [str(review.pk)]
    assert api.ids("reviews/?original_url=https://outra.example/verificamos/1") == []
    assert api.get(f"reviews/{review.pk}/")["verdict"]["original"]["label"] == "Pants on Fire"
    assert api.get("rating-scales/")["results"] == []


def test_publishers_own_words_are_a_filter_and_a_facet(newsroom: Newsroom, api):
    """As in AVeriTeC's file, whose publishers write "False", "FALSE" and "Pants on Fire"."""
    words = ["Pants on Fire", "FALSE", "false", "Four  Pinocchios", "x" * 300]
    reviews = [make_imported(newsroom, "https://www.outra.example/0")]
    for number, label in enumerate(words[1:], 1):
        review = newsroom.make_review(newsroom.make_claim(text=f"O chá cura {number}."), sources=0)
        review.publisher, review.verdict = reviews[0].publisher, None
        review.original_url, review.original_label = f"https://www.outra.example/{number}", label
        review.save()
        reviews.append(review)
    for review in reviews:
        newsroom.publish_review(review)

    def found(query: str, of: str = "reviews") -> list[str]:
        return sorted(api.ids(f"{of}/?{query}"))

    def ids(*numbers: int) -> list[str]:
        return sorted(str(reviews[number].pk) for number in numbers)

    assert found("original_verdict=pants on FIRE") == ids(0)
    assert found("original_verdict=False") == ids(1, 2)
    assert found("original_verdict=False&original_verdict=four pinocchios") == ids(1, 2, 3)
    assert found("original_verdict=" + "X" * 300) == ids(4)
    assert found("original_verdict=true") == []
    assert found("original_verdict=false", "claims") == sorted(str(reviews[number].claim_id) for number in (1, 2))
    for of in ("reviews", "claims"):
        assert api.get(f"{of}/?facets=original_verdict")["meta"]["facets"]["original_verdict"]["values"] == [
            {"value": "false", "count": 2},
            {"value": "four pinocchios", "count": 1},
            {"value": "pants on fire", "count": 1},
            {"value": "x" * 200, "count": 1},
        ]
    assert api.get("reviews/?facets=original_verdict&q=cha")["meta"]["facets"]["original_verdict"]["values"][0] == {
        "value": "false", "count": 2,
    }  # fmt: skip


def test_default_scale_is_a_setting(named, settings):
    settings.DEFAULT_RATING_SCALE = "quality"
    assert named("verdict=false") == ["tea"]


def test_other_spelling_of_an_address_or_a_site_finds_the_same(database, api):
    newsroom = make_newsroom("báo.example")
    claim = newsroom.make_claim()
    Appearance.objects.filter(claim=claim).update(url="https://vi.example/wiki/Phở")
    seen = newsroom.make_review(claim)
    taken = make_imported(newsroom, "https://outra.example/chá%2f1")
    for review in (seen, taken):
        newsroom.publish_review(review)

    def found(**query):
        return [api.ids("reviews/", {name: unicodedata.normalize(form, value)}) for name, value in query.items()
                for form in ("NFC", "NFD")]  # fmt: skip

    assert found(publisher="báo.example", appearance_url="https://vi.example/wiki/Phở") == [[str(seen.pk)]] * 4
    assert found(appearance_url="https://vi.example/wiki/Ph%e1%bb%9f") == [[str(seen.pk)]] * 2
    assert found(original_url="https://outra.example/ch%C3%A1%2F1") == [[str(taken.pk)]] * 2
    assert found(original_url="https://outra.example/chá/1") == [[]] * 2


@pytest.mark.parametrize("command", [["rebuild_record"], ["migrate", "--database", "owner"]])
def test_changed_url_rules_give_new_keys(newsroom: Newsroom, api, command: list[str]):
    review = make_imported(newsroom, "https://outra.example/chá")
    newsroom.publish_review(review)
    former = {"appearance_keys": ["0" * 32], "original_key": "0" * 32}
    assert PublishedReview.objects.update(**former) == 1
    PublishedClaim.objects.update(appearance_keys=["0" * 32])
    queries = [{"appearance_url": "https://social.example/p/1"}, {"original_url": "https://outra.example/ch%C3%A1"}]
    RecordAddress.objects.update(url_rules=0)
    assert [api.ids("reviews/", query) for query in queries] == [[]] * 2
    call_command(*command, verbosity=0)
    assert RecordAddress.objects.get().url_rules == URL_RULES
    forget_responses()
    assert [api.ids("reviews/", query) for query in queries] == [[str(review.pk)]] * 2
    assert api.ids("claims/", {"appearance_url": "https://social.example/p/1"}) == [str(review.claim_id)]
