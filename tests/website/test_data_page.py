"""The page about the data: its commands and programs run as printed, and its numbers are those of the moment."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.support.drafts import make_newsroom
from tests.support.serving import served
from tests.website.conftest import Page


@pytest.fixture(scope="module")
def reviews(module_database: str) -> list[str]:
    newsroom = make_newsroom()
    claim = newsroom.make_claim()
    found = [newsroom.make_review(claim, language=language, headline=language) for language in ("en", "en", "vi")]
    for review in found:
        newsroom.publish_review(review)
    return [str(review.pk) for review in found]


@pytest.fixture
def site(reviews: list[str], settings: Any, tmp_path: Path) -> Iterator[str]:
    settings.DUMPS_FOLDER = tmp_path / "dumps"
    call_command("make_dumps", verbosity=0)
    with served() as address:
        settings.SITE_URL = address
        yield address


def printed(name: str, language: str = "en") -> str:
    source = Client().get(f"/{language}/data/").content.decode()
    [program] = re.findall(rf'<code data-run="{name}">(.*?)</code>', source, re.DOTALL)
    return html.unescape(program)


def test_command_runs_as_printed(site: str, reviews: list[str]) -> None:
    ran = subprocess.run(["bash", "-c", printed("curl")], capture_output=True, check=True, text=True)
    assert {each["id"] for each in json.loads(ran.stdout)["results"]} == set(reviews[:2])


def test_python_program_runs_as_printed(site: str, reviews: list[str]) -> None:
    ran = subprocess.run([sys.executable, "-c", printed("python", "vi")], capture_output=True, check=True, text=True)
    [line] = ran.stdout.splitlines()
    assert line.endswith(f"/reviews/{reviews[2]}/")
    assert line.split()[1:-1]  # the verdict in words


def test_numbers_are_of_the_moment(site: str) -> None:
    with CaptureQueriesContext(connections["public"]) as queries:
        response = Client().get("/en/data/")
    assert len(queries) == 4
    found = Page(response.content.decode())
    text = " ".join(" ".join(found.words).split())
    assert "There are 3 reviews, in 2 languages." in text
    assert "Its number of entries: 3." in text
    assert "Log entry 2," in text
    assert "CC BY 4.0" in text
    assert "if you name the newsroom, link to the review and the licence, and say what you changed" in text
    files = {link.rpartition("/")[2] for link in found.values("a", "href") if "/api/v1/dumps/2/" in link}
    assert {"reviews.csv", "reviews.parquet", "entries.jsonl.zst"} <= files
    for link in found.values("a", "href"):
        if link.startswith("/") and "/admin/" not in link and "claimreview.json" not in link:
            assert Client().get(link, follow=True).status_code == 200, link


def test_another_licence_has_no_summary(site: str, settings: Any) -> None:
    settings.LICENSE_URL = "https://example.org/licence"
    text = " ".join(Page(Client().get("/en/data/").content.decode()).words)
    assert "Read the licence before you use the data." in text
    assert "say what you changed" not in text


def test_no_dump_yet(reviews: list[str], settings: Any, tmp_path: Path) -> None:
    settings.DUMPS_FOLDER = tmp_path / "dumps"
    assert "There are no files yet." in Client().get("/en/data/").content.decode()


def test_empty_record(database: str) -> None:
    text = " ".join(" ".join(Page(Client().get("/en/data/").content.decode()).words).split())
    assert "There are 0 reviews, in 0 languages." in text
