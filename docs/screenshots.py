"""Takes the pictures in docs/images from a running site: ``make screenshots``.

The script starts a new site with the demo newsrooms in a folder of its own. Two people of a newsroom then publish a
first claim, in English and in Vietnamese, as docs/tutorials/first-claim.md tells it. All pictures are of the light
theme in a window 1280 pixels wide.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs/images"
PORT = os.environ.get("PORT", "8765")
SITE = f"http://127.0.0.1:{PORT}"
WIDTH, HEIGHT, MARGIN = 1280, 600, 8
# The bar with the buttons stays at the bottom of the window, so it would cover a part of a long picture.
STYLE = ".save-bar { visibility: hidden }"


@dataclass(frozen=True)
class Story:
    """A first claim in one language. `suffix` is that of the pictures' names."""

    language: str
    suffix: str
    reporter: str
    editor: str
    claim: str
    claimant: str
    headline: str
    summary: str
    body: str
    sources: tuple[tuple[str, str, str, str], ...]  # title, address, publisher and stance
    no_copy: str


STORIES = (
    Story(
        language="en",
        suffix="",
        reporter="writer",
        editor="editor",
        claim="Hot water with lemon cures dengue fever in one day.",
        claimant="a social media user",
        headline="Hot lemon water does not cure dengue fever",
        summary="No drink cures dengue. The WHO knows no specific treatment for the disease.",
        body=(
            "A post says that hot water with lemon cures dengue fever in one day.\n\n"
            "The WHO knows **no specific treatment** for dengue. Doctors treat fever and pain, and watch for signs of"
            " severe dengue. Drinking enough helps patients, but lemon water does not end the infection."
        ),
        sources=(
            (
                "Dengue and severe dengue",
                "https://www.who.int/news-room/fact-sheets/detail/dengue-and-severe-dengue",
                "World Health Organization",
                "refutes",
            ),
            ("Treatment of dengue", "https://www.cdc.gov/dengue/treatment/index.html", "CDC", "refutes"),
        ),
        no_copy="The page didn't load.",
    ),
    Story(
        language="vi",
        suffix=".vi",
        reporter="phongvien",
        editor="bientap",
        claim="Uống nước chanh nóng chữa khỏi sốt xuất huyết trong một ngày.",
        claimant="một người dùng mạng xã hội",
        headline="Nước chanh nóng không chữa khỏi sốt xuất huyết",
        summary="Không thức uống nào chữa khỏi sốt xuất huyết. Theo WHO, bệnh này chưa có thuốc điều trị đặc hiệu.",
        body=(
            "Một bài đăng cho rằng uống nước chanh nóng chữa khỏi sốt xuất huyết trong một ngày.\n\n"
            "Theo WHO, sốt xuất huyết **chưa có thuốc điều trị đặc hiệu**. Bác sĩ hạ sốt, giảm đau và theo dõi các dấu"
            " hiệu trở nặng. Uống đủ nước giúp ích cho người bệnh, nhưng nước chanh không làm hết bệnh."
        ),
        sources=(
            (
                "Dengue and severe dengue",
                "https://www.who.int/news-room/fact-sheets/detail/dengue-and-severe-dengue",
                "Tổ chức Y tế Thế giới",
                "refutes",
            ),
            ("Treatment of dengue", "https://www.cdc.gov/dengue/treatment/index.html", "CDC", "refutes"),
        ),
        no_copy="Trang không tải được.",
    ),
)


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with site() as passwords, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        take(visitor(chromium, "en"), "/", "site.png")
        for story in STORIES:
            publish_first_claim(chromium, story, passwords)
        chromium.close()
    for picture in sorted(IMAGES.glob("*.png")):
        with Image.open(picture) as image:  # 256 colours are enough for texts, and make the file half as large
            image.convert("RGB").quantize(256).save(picture, optimize=True)
        print(f"{picture.relative_to(ROOT)}  {picture.stat().st_size // 1024} kB")


@contextmanager
def site() -> Iterator[dict[str, str]]:
    """Run a site with the demo newsrooms until the block ends. Yield the passwords by username."""
    with tempfile.TemporaryDirectory(prefix="factcheck-pictures-") as folder:
        var = Path(folder)
        var.chmod(0o755)  # a PostgreSQL that root starts runs as another account
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "run"],
            env={**os.environ, "FACTCHECK_VAR": str(var), "PORT": PORT},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            if not any("Ctrl-C" in line for line in process.stdout):
                raise SystemExit("The site did not start.")
            wait_until_answered()
            logins = json.loads((var / "demo-logins.json").read_text(encoding="utf-8"))
            yield {login["username"]: login["password"] for login in logins}
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def wait_until_answered() -> None:
    for _second in range(60):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(PORT))) == 0:
                return
        time.sleep(1)
    raise SystemExit(f"{SITE} does not answer.")


def visitor(chromium: Browser, language: str) -> Page:
    """Open a window without cookies."""
    locale = {"en": "en-GB", "vi": "vi-VN"}[language]
    context = chromium.new_context(
        base_url=SITE, viewport={"width": WIDTH, "height": HEIGHT}, locale=locale, color_scheme="light"
    )
    return context.new_page()


def sign_in(chromium: Browser, language: str, username: str, password: str) -> Page:
    page = visitor(chromium, language)
    page.goto("/admin/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("[type=submit]")
    return page


def publish_first_claim(chromium: Browser, story: Story, passwords: dict[str, str]) -> None:
    reporter = sign_in(chromium, story.language, story.reporter, passwords[story.reporter])
    log_claim(reporter, story)
    write_review(reporter, story)
    submit(reporter)
    editor = sign_in(chromium, story.language, story.editor, passwords[story.editor])
    shoot(editor, f"desk{story.suffix}.png", bottom="#content-main .module:last-child")
    decide(editor, story)


def log_claim(page: Page, story: Story) -> None:
    page.click("a[href$='/claim/add/'].button")
    page.fill("[name=text]", story.claim)
    with page.expect_popup() as opened:
        page.click("#add_id_claimant")
    window = opened.value
    window.check("[name=type][value=unnamed]")
    window.fill("[name=description]", story.claimant)
    window.click("[name=_save]")
    page.wait_for_function("document.querySelector('[name=claimant]').value")
    page.fill("#appearances-addresses", "https://social.example/p/1")
    page.press("#appearances-addresses", "Enter")
    page.check("[name=appearances-0-first]")
    shoot(page, f"claim{story.suffix}.png", top="#content", bottom="#appearances-0")
    give_reason(page, "appearances-0", story)
    page.click("[name=_review]")


def write_review(page: Page, story: Story) -> None:
    page.fill("[name=headline]", story.headline)
    page.fill("[name=summary]", story.summary)
    page.locator(".editor-text .cm-content").fill(story.body)
    page.locator("#id_verdict label").nth(1).click()
    page.fill("#sources-addresses", " ".join(address for _title, address, _publisher, _stance in story.sources))
    page.press("#sources-addresses", "Enter")
    for number, (title, _address, publisher, stance) in enumerate(story.sources):
        page.fill(f"[name=sources-{number}-title]", title)
        page.fill(f"[name=sources-{number}-publisher]", publisher)
        page.check(f"[name=sources-{number}-stance][value={stance}]")
    shoot(page, f"review{story.suffix}.png", top="[name=headline]", bottom="[name=verdict]")
    shoot(page, f"sources{story.suffix}.png", top="#sources-group", bottom="#sources-1")
    for number in range(len(story.sources)):
        give_reason(page, f"sources-{number}", story)


def give_reason(page: Page, card: str, story: Story) -> None:
    """Explains why there is no copy, because the pictures are taken without the internet."""
    page.click(f"#{card} .unfold")
    page.fill(f"[name={card}-no_capture_reason]", story.no_copy)


def submit(page: Page) -> None:
    page.click("[name=_submit]")


def decide(page: Page, story: Story) -> None:
    page.click(".to_decide .title")
    shoot(page, f"approve{story.suffix}.png", top=".decision", bottom=".decision-act")
    for box in page.locator(".checklist input").all():
        box.check()
    page.click("[formaction$='/approve-and-publish/']")
    address = page.get_attribute(".messagelist a[href^='/reviews/']", "href")
    assert address is not None
    take(page, address, f"public{story.suffix}.png")


def take(page: Page, address: str, name: str) -> None:
    """Save a picture of the first screen of the page at this URL."""
    page.goto(address)
    shoot(page, name)


def shoot(page: Page, name: str, top: str | None = None, bottom: str | None = None) -> None:
    """Save a picture of the page from one element to another, or else from its beginning to the end of the screen."""
    page.evaluate("scrollTo(0, 0)")
    left, begin, end = 0.0, 0.0, float(HEIGHT)
    if top and (first := page.locator(top).first.bounding_box()):
        begin = max(0, first["y"] - MARGIN)
        left = (page.locator("#content").bounding_box() or first)["x"]  # without the navigation
    if bottom and (last := page.locator(bottom).last.bounding_box()):
        end = last["y"] + last["height"] + MARGIN
    time.sleep(0.3)  # a button that fades
    clip = FloatRect(x=left, y=begin, width=WIDTH - left, height=end - begin)
    page.screenshot(path=IMAGES / name, clip=clip, full_page=True, animations="disabled", style=STYLE)


if __name__ == "__main__":
    main()
