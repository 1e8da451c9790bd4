"""A real browser (Debian's chromium, or the one that CHROMIUM names), and a page of the desk in it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from factcheck.editorial.models import User
from tests.support.serving import served


@contextmanager
def chromium_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def desk_of(user: User, page: str) -> Iterator[Page]:
    """Open the page as the person sees it.

    While the browser runs, a test can't use the database. It must read everything that it needs first.
    """
    client = Client()
    client.force_login(user)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    with served() as site, chromium_browser() as browser:
        context = browser.new_context()
        context.add_cookies([{**cookie, "url": site}])
        shown = context.new_page()
        shown.goto(f"{site}/admin/{page}")
        yield shown
