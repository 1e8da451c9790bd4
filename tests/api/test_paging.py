"""Pages of lists, with rows put straight into the read model: what counts is their order."""

import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from factcheck.record.models import PublishedReference, PublishedReview

START = datetime(2026, 3, 1, tzinfo=UTC)


def put(number, minutes=0, claimed=None, **fields):
    """A review whose id is its number."""
    at = START + timedelta(minutes=minutes)
    values = {"status": "live", "sequence": number, "language": "vi", "publisher": "a.example", **fields}
    PublishedReview.objects.create(
        id=UUID(int=number), body=json.dumps({"id": number}), published_at=at, updated_at=at, claimed_on=claimed, **values
    )  # fmt: skip


def numbers(page):
    return [each["id"] for each in page["results"]]


@pytest.fixture
def walk(api):
    """The pages from an address on, following `next` or `previous`."""

    def pages(address, way="next"):
        found = []
        while address:
            page = api.send(address[address.index("/api/") :] if "/api/" in address else address).json()
            found.append(page)
            address = page[way]
        return found

    return pages


def test_pages_hold_twenty_and_then_the_rest(database, api, walk):
    for number in range(1, 46):
        put(number, minutes=number)
    first, second, third = walk("reviews/")
    assert numbers(first) == list(range(45, 25, -1))
    assert numbers(second) == list(range(25, 5, -1))
    assert numbers(third) == list(range(5, 0, -1))
    assert first["previous"] is None
    assert third["next"] is None
    assert [numbers(page) for page in walk(third["previous"], "previous")] == [numbers(second), numbers(first)]


def test_page_ends_exactly_at_the_last_row(database, walk):
    for number in range(1, 5):
        put(number, minutes=number)
    assert [numbers(page) for page in walk("reviews/?page_size=2")] == [[4, 3], [2, 1]]
    assert [numbers(page) for page in walk("reviews/?page_size=4")] == [[4, 3, 2, 1]]


def test_empty_list_is_one_page(database, api):
    assert api.get("reviews/") == {"results": [], "next": None, "previous": None}
    assert api.get("rating-scales/") == {"results": [], "next": None, "previous": None}


DAY = date(2026, 1, 1)
DAYS = {1: None, 2: DAY, 3: DAY, 4: None, 5: date(2025, 1, 1), 6: None, 7: DAY, 8: date(2027, 1, 1)}


@pytest.fixture(scope="module")
def ties(module_database):
    for number, day in DAYS.items():
        put(number, claimed=day)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("claimed_on", [5, 2, 3, 7, 8, 1, 4, 6]),
        ("-claimed_on", [8, 7, 3, 2, 5, 6, 4, 1]),
        ("published_at", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("-published_at", [8, 7, 6, 5, 4, 3, 2, 1]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
def test_ties_and_nulls_are_in_one_order_both_ways(ties, api, walk, sort, expected, size):
    pages = walk(f"reviews/?sort={sort}&page_size={size}")
    assert [number for page in pages for number in numbers(page)] == expected
    back = walk(pages[-1]["previous"], "previous") if len(pages) > 1 else []
    assert [numbers(page) for page in back] == [numbers(page) for page in reversed(pages[:-1])]
    for page, following in zip(back, reversed(pages[1:]), strict=False):
        assert numbers(walk(page["next"])[0]) == numbers(following)


def test_rows_that_arrive_move_nothing(database, api, walk):
    for number in range(1, 7):
        put(number, minutes=number * 10)
    first = api.send("reviews/?page_size=2").json()
    assert numbers(first) == [6, 5]
    put(100, minutes=1000)
    put(101, minutes=45)  # between 5 and 4
    second = walk(first["next"])[0]
    assert numbers(second) == [101, 4]
    put(102, minutes=55)  # before the page
    assert numbers(walk(second["next"])[0]) == [3, 2]
    # Backward from the same place: the rows before it now, 102 at its place between 6 and 5.
    assert [numbers(page) for page in walk(second["previous"], "previous")] == [[102, 5], [100, 6]]


def test_rows_that_leave_move_nothing(database, api, walk):
    for number in range(1, 7):
        put(number, minutes=number)
    first = api.send("reviews/?page_size=2").json()
    PublishedReview.objects.filter(id__in=[UUID(int=5), UUID(int=4)]).delete()  # the cursor's own row among them
    assert numbers(walk(first["next"])[0]) == [3, 2]


def test_page_from_which_everything_has_left_leads_to_the_nearest_end(database, api, walk):
    for number in range(1, 5):
        put(number, minutes=number)
    first = api.send("reviews/?page_size=2").json()
    second = walk(first["next"])[0]
    PublishedReview.objects.filter(id__in=[UUID(int=1), UUID(int=2)]).update(status="withdrawn")
    gone = walk(first["next"])[0]
    assert (gone["results"], gone["next"]) == ([], None)
    assert numbers(walk(gone["previous"], "previous")[0]) == [4, 3]
    PublishedReview.objects.all().update(status="live")
    PublishedReview.objects.filter(id__in=[UUID(int=3), UUID(int=4)]).update(status="withdrawn")
    gone = walk(second["previous"], "previous")[0]
    assert (gone["results"], gone["previous"]) == ([], None)
    assert numbers(walk(gone["next"])[0]) == [2, 1]


def test_link_header_has_the_neighbours(database, api):
    for number in range(1, 4):
        put(number, minutes=number)
    first = api.send("reviews/?page_size=1")
    second = api.send(first.json()["next"].removeprefix("http://127.0.0.1:8000"))
    license_link = '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'
    assert first["Link"] == f'{license_link}, <{first.json()["next"]}>; rel="next"'
    links = second.json()
    assert second["Link"] == f'{license_link}, <{links["next"]}>; rel="next", <{links["previous"]}>; rel="prev"'


def test_neighbours_with_long_addresses_are_not_in_the_header(database, api):
    """Without a setting, the headers that nginx takes are 4,096 bytes, on many machines."""
    for number in range(1, 4):
        put(number, minutes=number)
    ids = ",".join(str(UUID(int=number)) for number in range(1, 101))
    first = api.send(f"reviews/?page_size=1&ids={ids}")
    second = api.send(first.json()["next"].removeprefix("http://127.0.0.1:8000"), Origin="https://reader.example")
    assert numbers(second.json()) == [2]
    assert second["Link"] == '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'
    assert sum(len(f"{name}: {value}\r\n") for name, value in second.items()) < 4096
    following, before = (second.json()[way] for way in ("next", "previous"))
    assert (len(following) > 3700, len(before) > 3700) == (True, True)


def test_cursor_keeps_filters_and_fits_them_alone(database, api, walk):
    for number in range(1, 6):
        put(number, minutes=number, language="vi" if number % 2 else "en")
    first = api.send("reviews/?language=vi&page_size=1").json()
    assert [numbers(page) for page in walk(first["next"])] == [[3], [1]]
    cursor = first["next"].partition("cursor=")[2]
    assert numbers(api.send(f"reviews/?page_size=3&language=vi&cursor={cursor}").json()) == [3, 1]
    for foreign in (
        f"reviews/?cursor={cursor}",
        f"reviews/?language=en&cursor={cursor}",
        f"reviews/?language=vi&sort=published_at&cursor={cursor}",
        f"claims/?language=vi&cursor={cursor}",
    ):
        problem = api.problem(foreign)
        assert [error["parameter"] for error in problem["errors"]] == ["cursor"]


def test_order_of_parameters_does_not_matter_to_a_cursor(database, api):
    for number in range(1, 4):
        put(number, minutes=number)
    first = api.send("reviews/?language=vi&language=en&publisher=a.example&page_size=1").json()
    cursor = first["next"].partition("cursor=")[2]
    address = f"reviews/?publisher=a.example&page_size=1&language=en&language=vi&sort=-published_at&cursor={cursor}"
    assert numbers(api.send(address).json()) == [2]


def test_cursor_of_a_key_that_is_gone_is_refused(database, api, settings):
    put(1)
    put(2)
    following = api.send("reviews/?page_size=1").json()["next"].removeprefix("http://127.0.0.1:8000")
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key " * 5
    assert api.problem(following)["errors"][0]["parameter"] == "cursor"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert numbers(api.send(following).json()) == [1]


@pytest.mark.parametrize(
    "change", [lambda text: text[:-1], lambda text: f"A{text}", lambda text: "W10:x", lambda text: ""]
)
def test_forged_cursor_is_refused(database, api, change):
    put(1)
    put(2)
    cursor = api.send("reviews/?page_size=1").json()["next"].partition("cursor=")[2]
    problem = api.problem("reviews/", {"page_size": "1", "cursor": change(cursor)})
    assert problem["errors"] == [
        {
            "parameter": "cursor",
            "detail": "This cursor is for other filters or another order. Start again without the cursor.",
        }
    ]


def test_references_are_by_name_whatever_its_case(database, walk):
    for key, name in (("3", "Beta"), ("1", "alpha"), ("2", "beta"), ("4", "Đông"), ("5", "")):
        PublishedReference.objects.create(
            kind="claimant", key=key, name=name, sequence=0, body=json.dumps({"id": int(key)})
        )
    pages = walk("claimants/?page_size=2")
    assert [numbers(page) for page in pages] == [[5, 1], [2, 3], [4]]
    assert [numbers(page) for page in walk(pages[-1]["previous"], "previous")] == [[2, 3], [5, 1]]


def test_rating_scales_are_paged_as_scales(database, walk):
    for scale, slug, value, sequence in (
        ("a", "no", 1, 1),
        ("a", "yes", 5, 2),
        ("b", "unclear", None, 3),
        ("b", "no", 1, 4),
        ("c", "no", 1, 5),
        ("ab", "no", 1, 6),
    ):
        body = {
            "scale": scale,
            "slug": slug,
            "value": value,
            "best": sequence,
            "worst": 1,
            "labels": {},
            "meanings": {},
        }
        PublishedReference.objects.create(
            kind="verdict", key=f"{scale}:{slug}", name=slug, sequence=sequence, body=json.dumps(body)
        )
    pages = walk("rating-scales/?page_size=2")
    found = [[(each["slug"], [v["slug"] for v in each["verdicts"]]) for each in page["results"]] for page in pages]
    assert found == [[("a", ["no", "yes"]), ("ab", ["no"])], [("b", ["no", "unclear"]), ("c", ["no"])]]
    assert [each["best"] for each in pages[0]["results"]] == [2, 6]
