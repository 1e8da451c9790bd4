"""The upload of the file that a claim is about, in a real browser."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from factcheck.editorial.models import Appearance
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom
from tests.support.scenes import as_bytes, scene

HASH = "#id_appearances-0-media_sha256"


@pytest.mark.prove
def test_upload_fills_in_the_hash_and_the_kind(newsroom: Newsroom, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    claim = newsroom.make_claim()
    claim.appearances.update(medium="")
    (tmp_path / "good.png").write_bytes(as_bytes(scene(1), "PNG"))
    (tmp_path / "bad.png").write_bytes(b"<svg/>")
    with desk_of(newsroom.reporter, f"editorial/claim/{claim.pk}/change/") as page:
        page.evaluate(
            f"document.querySelector('{HASH}').closest('.more, details, fieldset').classList.remove('collapsed')"
        )
        upload = page.locator(f"{HASH} + input[type=file]")
        upload.set_input_files(tmp_path / "bad.png")
        page.get_by_text("isn’t a picture or video that can be read").wait_for(state="attached")
        assert page.locator(HASH).input_value() == ""
        upload.set_input_files(tmp_path / "good.png")
        expect(page.locator(HASH)).to_have_value(re.compile("^[0-9a-f]{64}$"))
        assert page.locator("[name=appearances-0-medium]:checked").input_value() == "image"
        page.locator("input[name=_save]").click()
        page.wait_for_url("**/claim/")
    assert Appearance.objects.get().media_sha256 == claim.pictures.get().sha256
