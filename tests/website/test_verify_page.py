"""The page “How to verify”: its commands run as printed, its check in the browser finds changes, and it serves people without script."""

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Browser

from factcheck.record.log.notes import COSIGNATURE, SigningKey
from tests.support.chromium import chromium_browser
from tests.support.drafts import make_newsroom
from tests.support.serving import served
from tests.verifier.verifying import forged
from tests.website.conftest import Page, get


@pytest.fixture(scope="module")
def reviews(module_database: str) -> SimpleNamespace:
    newsroom = make_newsroom()
    erased, corrected = newsroom.make_review(), newsroom.make_review()
    for review in (erased, corrected):
        newsroom.publish_review(review)
    newsroom.erase_review(erased)
    newsroom.correct_review(corrected, summary="Sai. Đã sửa.")
    return SimpleNamespace(erased=erased.pk, corrected=corrected.pk)


def commands_on(page: Page) -> dict[str, str]:
    """The commands for each system, as a reader copies them."""
    found = re.findall(
        r'<pre class="command" tabindex="0"\s+data-system="(\w+)"><code>(.*?)</code></pre>', page.source, re.DOTALL
    )
    commands: dict[str, str] = {}
    for system, text in found:
        commands[system] = f"{commands.get(system, '')}{html.unescape(text)}\n"
    return commands


def run(commands: str, folder: Path, code: int = 0) -> str:
    """Runs the commands in a shell, with a Python that has only the standard library, as on a new system."""
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    (folder / "bin" / "python3").chmod(0o755)
    environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail"], input=commands, cwd=folder, env=environment, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.mark.parametrize("language", ["en", "vi"])
def test_commands_run_as_printed(reviews: SimpleNamespace, language: str, settings: Any, tmp_path: Path) -> None:
    with served() as settings.SITE_URL:
        page = get(f"/{language}/verify/?review={reviews.corrected}&revision=1")
        commands = commands_on(page)
        (digest,) = re.findall('<code class="digest">([0-9a-f]{64})</code>', page.source)
        assert run(commands["linux"], tmp_path) == run(commands["macos"], tmp_path) == f"{digest}  -\n"
        said = run(commands["python"], tmp_path).split("\n")
        assert said[:2] == ["This text is unchanged since its publication.", "Headline: Video nước lũ là của năm 2020"]
        assert f"Review: {reviews.corrected}" in said
        (check,) = (line for line in commands["python"].split("\n") if line.startswith("python3"))
        file = tmp_path / "proof.json"
        file.write_text(json.dumps(forged(json.loads(file.read_text()), headline="Video là thật")))
        assert run(check, tmp_path, code=1) == ""
        assert "that you haven't compared" in run(check.partition(" --key")[0], tmp_path, code=3)
        assert run(commands["whole"], tmp_path).startswith("4 entries about 2 subjects hold; root ")
    assert set(commands) == {"linux", "macos", "windows", "python", "whole"}


def test_page_is_about_the_newest_review(reviews: SimpleNamespace) -> None:
    page = get("/en/verify/")
    assert f"/en/reviews/{reviews.corrected}/revisions/2/" in page.values("a", "href")
    assert "noindex" not in page.values("meta", "content")
    assert "noindex" in get(f"/en/verify/?review={reviews.corrected}&revision=1").values("meta", "content")
    box = get(f"/en/reviews/{reviews.corrected}/revisions/1/")
    assert f"/en/verify/?review={reviews.corrected}&revision=1" in box.values("a", "href")
    assert "/en/verify/" in box.values("a", "href")


def test_page_names_the_log_its_key_and_its_witnesses(reviews: SimpleNamespace, settings: Any) -> None:
    page = get("/en/verify/")
    assert {"/api/v1/log/checkpoint", "/api/v1/log/key"} <= set(page.values("a", "href"))
    assert "This log doesn’t have a witness yet." in page.text
    key = str(SigningKey.generate("w.example").verifier(COSIGNATURE))
    settings.LOG_WITNESSES = f"{key} https://w.example/"
    assert f"Witness: w.example, with the key {key}" in get("/en/verify/").text


def test_erased_revision_has_no_command(reviews: SimpleNamespace) -> None:
    page = get(f"/en/verify/?review={reviews.erased}&revision=1")
    assert "The text of this revision has been erased" in page.text
    assert set(commands_on(page)) == {"python", "whole"}


def test_review_that_is_none_is_404(reviews: SimpleNamespace) -> None:
    for query in ("review=x", f"review={reviews.erased}&revision=9", f"review={reviews.erased}&revision=x",
                  "review=01912d68-783e-7a51-9b2c-3f0e8d6c5b4a"):  # fmt: skip
        get(f"/en/verify/?{query}", 404)


def test_empty_record_says_so(database: str) -> None:
    page = get("/vi/verify/")
    assert "Chưa có bài nào được đăng." in page.text
    assert set(commands_on(page)) == {"whole"}


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium_browser() as browser:
        yield browser


@pytest.mark.prove
def test_browser_checks_a_file(reviews: SimpleNamespace, browser: Browser, settings: Any, tmp_path: Path) -> None:
    with served() as settings.SITE_URL:
        address = f"{settings.SITE_URL}/en/verify/?review={reviews.corrected}&revision=1"
        page = browser.new_page()
        page.goto(address)
        with page.expect_download() as download:
            page.get_by_role("link", name="Download the proof").click()
        file = tmp_path / "proof.json"
        download.value.save_as(file)
        proof = json.loads(file.read_text())
        other, erased = (
            page.request.get(f"{settings.SITE_URL}/reviews/{review}/proof.json").json()
            for review in (f"{reviews.corrected}/revisions/2", f"{reviews.erased}/revisions/1")
        )
        checkpoint, stranger = proof["checkpoint"], SigningKey.generate("127.0.0.1:8000/api/v1/log")
        cases = (
            (proof, "Everything fits."),
            (erased, "This review was erased."),
            ({**erased, "erasure": None}, "This file contains no text."),
            ({**proof, "document": None, "salt": None}, "This file contains no text."),
            ({**proof, "document": None, "erasure": erased["erasure"]}, "The log doesn’t contain this entry."),
            ({**proof, "document": proof["document"].replace("2020", "2021")}, "The text has been changed."),
            ({**proof, "leaf": other["leaf"]}, "The text has been changed."),
            ({**proof, "proof": other["proof"]}, "The log doesn’t contain this entry."),
            ({**proof, "checkpoint": checkpoint.replace("127.0.0.1:8000", "x.example:8000")}, "The signature is wrong."),
            ({**proof, "key": str(stranger.verifier())}, "The signature is wrong."),
            (forged(proof, headline="Video là thật"), "This file is signed by a key that you haven’t compared."),
            ([], "This file isn’t a proof."),
        )  # fmt: skip
        for number, (changed, expected) in enumerate(cases):
            file = tmp_path / f"{number}.json"
            file.write_text(json.dumps(changed))
            page.get_by_label("The file with the proof").set_input_files(file)
            page.get_by_role("status").get_by_text(expected).wait_for()
            assert page.get_by_role("status").locator("strong:visible").count() == 1
        page.get_by_label("The file with the proof").set_input_files(tmp_path / "0.json")
        facts = page.get_by_role("status").locator("dl")
        said = dict(each.split("\n") for each in facts.locator("div:visible").all_inner_texts())
        assert list(said)[:5] == ["Review", "The claim", "Verdict", "Newsroom", "Revision"]
        assert list(said)[5:] == ["Time", "Digest", "Signed with the key"]
        assert said.pop("The claim") == json.loads(proof["document"])["claim"]["text"]
        assert list(said.values())[:4] == ["Video nước lũ là của năm 2020", "Sai", "Toà soạn kiemchung.example", "1"]
        assert said["Time"].endswith(" UTC")
        page.get_by_label("The log’s key").fill(str(stranger.verifier()))
        page.get_by_label("The log’s key").blur()
        page.get_by_role("status").get_by_text("This file is signed by a key that you haven’t compared.").wait_for()
        page.close()
        plain = browser.new_context(java_script_enabled=False).new_page()
        plain.goto(address)
        assert plain.get_by_text("This check needs JavaScript.").is_visible()
        assert not plain.get_by_label("The file with the proof").is_visible()
