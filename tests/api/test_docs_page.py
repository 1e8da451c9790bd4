"""The documentation page in a real browser: it works under the content security policy, from this host alone."""

import os
import shutil
import threading
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import sync_playwright


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


def _serve(server):
    server.serve_forever()
    for connection in connections.all(initialized_only=True):
        connection.close()


@pytest.mark.prove
def test_documentation_page_works_under_its_policy(module_database):
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    thread = threading.Thread(target=_serve, args=[server])
    thread.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = browser.new_page(color_scheme="dark")
            hosts, errors = set(), []
            page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(f"http://127.0.0.1:{server.server_port}/api/docs/")
            dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
            page.emulate_media(color_scheme="light")
            page.wait_for_selector("html:not(.dark-mode)")
            page.click("#operations-Reviews-list_reviews .opblock-summary")
            page.click("text=Try it out")
            page.click("button.execute")
            page.wait_for_selector(".live-responses-table .response-col_status")
            status = page.inner_text(".live-responses-table tbody .response-col_status")
            browser.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert dark == "rgb(28, 32, 34)"
    assert status.split()[0] == "200"
    assert errors == []
    assert {host for host in hosts if host} == {f"127.0.0.1:{server.server_port}"}
