"""Pictures that people changed are found again, and other pictures aren't."""

from collections.abc import Iterable
from itertools import permutations

import pytest
from PIL import Image

from factcheck.clean_room.visual_hashes import query_hashes, stored_hashes
from factcheck.record.search.pictures import MAX_DISTANCE
from tests.support.scenes import CHANGES, scene

# The share of pictures that must be found after each change. A crop of 8 % and a band over the picture hide more than
# the hashes forgive.
LEAST = dict.fromkeys(CHANGES, 0.95) | {"cropped 8 %": 0.6, "band over it": 0.5}


def hashes(picture: Image.Image) -> tuple[int, int]:
    found = stored_hashes(picture)
    assert found is not None
    return found


def distance(first: Iterable[int], second: Iterable[int]) -> int:
    """The smallest number of different bits between a hash of the first picture and a hash of the second picture."""
    others = list(second)
    return min((((one ^ other) & (2**64 - 1)).bit_count() for one in first for other in others), default=64)


def measure(number: int) -> tuple[dict[str, float], int]:
    """The share found after each change, and the number of pairs of different pictures that look similar."""
    pictures = [scene(seed) for seed in range(number)]
    stored = [hashes(picture) for picture in pictures]
    found = {
        name: sum(
            distance(query_hashes(change(picture)), stored[place]) <= MAX_DISTANCE
            for place, picture in enumerate(pictures)
        )
        / number
        for name, change in CHANGES.items()
    }
    queries = [query_hashes(picture) for picture in pictures]
    wrong = sum(distance(queries[one], stored[other]) <= MAX_DISTANCE for one, other in permutations(range(number), 2))
    return found, wrong


def test_changed_pictures_are_found() -> None:
    found, wrong = measure(12)
    assert {name: share for name, share in found.items() if share < LEAST[name]} == {}
    assert wrong == 0


@pytest.mark.prove
def test_recall_and_false_matches_of_200_pictures() -> None:
    found, wrong = measure(200)
    print({name: round(share, 3) for name, share in found.items()}, wrong, "of", 200 * 199)
    assert {name: share for name, share in found.items() if share < LEAST[name]} == {}
    assert wrong <= 20  # of 39,800


def test_picture_in_one_colour_has_no_hash() -> None:
    assert stored_hashes(Image.new("RGB", (100, 100), "red")) is None
    assert query_hashes(Image.new("L", (1, 1))) == []


def test_hash_depends_on_the_picture_alone() -> None:
    assert hashes(scene(1)) == hashes(scene(1))
