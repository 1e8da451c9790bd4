"""Parses captured pages in the test's process. A process for each page, as the site starts, takes half a second."""

import json
import subprocess
import warnings
from types import SimpleNamespace
from typing import Any

import pytest

from factcheck.editorial.captures import page_details, page_parser


def parse_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        kind, url, content_type = command[-3:]
        body = options["input"]
        with warnings.catch_warnings(action="ignore"):
            try:
                found = page_parser.read_html(body, url, content_type) if kind == "html" else page_parser.read_pdf(body)
            except Exception as error:
                raise subprocess.CalledProcessError(1, command) from error
        return subprocess.CompletedProcess(command, 0, json.dumps(found))

    monkeypatch.setattr(
        page_details, "subprocess", SimpleNamespace(run=run, SubprocessError=subprocess.SubprocessError)
    )
