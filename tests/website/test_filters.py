"""The filters of the pages that list reviews."""

import pytest
from django.http import QueryDict
from django.utils import translation

from factcheck.record.lists import counts
from factcheck.record.models import PublishedReview
from factcheck.tools.budget import current
from factcheck.website.browse import filters
from factcheck.website.browse.filters import Facet, Filters
from tests.website.conftest import Published


def live():
    return PublishedReview.objects.using("public").live()


def facets(query: str) -> dict[str, Facet]:
    with translation.override("en"):
        parameters = QueryDict(query)
        filters = Filters.read(parameters, q=parameters.get("q", ""))
        return {facet.name: facet for facet in filters.facets()}


def numbers(facet: Facet) -> dict[str, int | None]:
    return {choice.value: choice.count for choice in facet.values}


def test_every_filter_with_its_numbers(published: Published) -> None:
    found = facets("")
    assert numbers(found["verdict"]) == {"truth:false": 2, "truth:true": 1}
    assert numbers(found["language"]) == {"en": 2, "vi": 1, "und": 1}
    assert numbers(found["publisher"]) == {"checkpoint.org": 2, "kiemchung.example": 1, "marsad.org": 1}
    assert [choice.label for choice in found["language"].values] == ["English", "Unknown language", "Vietnamese"]
    assert {choice.label for choice in found["verdict"].values} == {"False", "True"}
    assert sum(number or 0 for number in numbers(found["year"]).values()) == 3  # an undated import has no year
    assert all(facet.exact for facet in found.values())


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 4),
        ("verdict=truth:false", 2),
        ("verdict=false", 2),
        ("verdict=false&verdict=true", 3),
        ("language=EN&verdict=false", 2),
        ("publisher=marsad.org", 1),
        ("language=xx", 0),
        ("topic=nothing", 0),
        ("year=1999", 0),
        ("year=0000", 0),
        ("year=9999", 0),
        ("year=²", 0),
        ("verdict=%00", 4),
        ("topic=%00%ff%ed%a0%80", 0),
        ("publisher=" + "x" * 9999, 0),
        ("verdict=&language=", 4),
        ("unknown=1", 4),
        ("&".join(f"topic={number}" for number in range(500)), 0),
    ],
)
def test_filters_narrow(published: Published, query: str, count: int) -> None:
    found = Filters.read(QueryDict(query))
    assert found.narrow(live()).count() == count
    found.facets()


def test_a_year_is_the_year_of_publication(published: Published) -> None:
    (year,) = (choice.value for choice in facets("")["year"].values)
    assert Filters.read(QueryDict(f"year={year}")).narrow(live()).count() == 3
    found = Filters.read(QueryDict(f"year=1999&year={year}&page=3"), q="lũ", sort="newest")
    assert found.values == {"year": ("1999", year)}
    assert found.api_query() == f"q=l%C5%A9&year=1999&year={year}"


def test_links_add_and_remove_a_value_and_start_at_the_first_page(published: Published) -> None:
    found = facets("q=lũ&language=en&page=3&x=y")
    (chosen,) = [choice for choice in found["language"].values if choice.chosen]
    assert (chosen.value, chosen.url) == ("en", "?q=l%C5%A9")
    (other,) = [choice for choice in found["language"].values if choice.value == "vi"]
    assert other.url == "?q=l%C5%A9&language=en&language=vi"
    assert found["verdict"].values[0].url == "?q=l%C5%A9&verdict=truth%3Afalse&language=en"
    assert numbers(found["language"]) == {"en": 2, "vi": 1, "und": 1}, "without the language that is chosen"
    assert numbers(found["verdict"]) == {"truth:false": 2}


def test_an_unknown_value_can_be_removed(published: Published) -> None:
    (choice,) = [choice for choice in facets("topic=nothing")["topic"].values if choice.chosen]
    assert (choice.label, choice.count, choice.url) == ("nothing", None, "?")


def test_mistyped_topic_or_publisher_gets_a_suggestion(published: Published) -> None:
    found = facets("publisher=Marsad.ogr&topic=flods")
    (choice,) = [choice for choice in found["publisher"].values if choice.chosen]
    assert [url for _label, url in choice.meant] == ["?publisher=marsad.org&topic=flods"]


def test_numbers_are_lower_bounds_without_time_for_all(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "SHARE", -1)
    monkeypatch.setattr(counts, "AT_LEAST", 1)
    found = facets("language=en&verdict=false")
    assert not any(facet.exact for facet in found.values())


def test_no_time_leaves_the_numbers_out(published: Published) -> None:
    with translation.override("en"), current().within(0):
        found = Filters.read(QueryDict("language=en&verdict=false&topic=x")).facets()
    assert [facet.name for facet in found] == ["verdict", "language", "topic"]


def test_values_with_the_same_name_are_told_apart(published: Published) -> None:
    """American English has no name of its own."""
    wanted = {"verdict": [], "publisher": [], "topic": [], "language": ["en", "en-us", "vi"]}
    with translation.override("en"):
        labels = filters.value_labels(wanted)["language"]
    assert labels == {"en": "English (en)", "en-us": "English (en-us)", "vi": "Vietnamese"}
