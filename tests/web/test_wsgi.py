"""The environment that the server hands over, read by the application itself: Django's test client makes requests of its own kind."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import RequestFactory

from factcheck.editorial.models import ReaderMessage
from factcheck.wsgi import application
from tests.support.drafts import make_newsroom


def send(method: str, address: str, content: bytes = b"", **environ: Any) -> HttpResponseBase:
    asked = RequestFactory().generic(method, address, content)
    return application({**asked.environ, **environ}, lambda *_: None)


@pytest.fixture(scope="module", autouse=True)
def world(module_database):
    newsroom = make_newsroom("báo.example")
    newsroom.publish_new()


PUBLISHER = "/api/v1/reviews/?publisher=b%C3%A1o.example"


@pytest.mark.parametrize("charset", ["latin-1", "utf-16", "zlib", "hex", "rot13", "undefined", "idna", "nonsense"])
@pytest.mark.parametrize(
    "address",
    [
        PUBLISHER,
        "/en/search/?q=lu",
        "/feeds/reviews.atom?publisher=b%C3%A1o.example",
        "/v1alpha1/claims:search?query=l%C5%A9",
    ],
)
def test_charset_of_the_content_does_not_count_for_the_address(address, charset):
    plain = send("GET", address)
    named = send("GET", address, CONTENT_TYPE=f"text/plain; charset={charset}")
    assert (named.status_code, named.content) == (200, plain.content)


def test_answer_to_a_strange_charset_is_not_given_to_others():
    strange = send("GET", PUBLISHER, CONTENT_TYPE="text/plain; charset=latin-1")
    assert [len(json.loads(each.content)["results"]) for each in (strange, send("GET", PUBLISHER))] == [1, 1]


def test_form_is_utf_8_whatever_it_says():
    form = {"CONTENT_TYPE": "application/x-www-form-urlencoded; charset=latin-1", "HTTP_X_HTTP_METHOD_OVERRIDE": "GET"}
    response = send("POST", "/v1alpha1/claims:search", "query=nước lũ".encode(), **form)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json; charset=UTF-8")
    assert len(json.loads(response.content)["claims"]) == 1


@pytest.mark.parametrize("charset", ["base64", "utf-7", "unicode_escape", "utf-16"])
def test_message_is_utf_8_whatever_it_says(charset):
    """Some names are of codecs that aren't for text. Others make lone surrogates of plain text."""
    part = '--XX\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    text = f"Nước lũ {charset} +2AA- \\ud800"
    content = f"{part.format('text', text)}{part.format('language', 'vi')}--XX--\r\n".encode()
    form = {"CONTENT_TYPE": f"multipart/form-data; boundary=XX; charset={charset}"}
    assert send("POST", "/en/tips/", content, **form).status_code == 302
    assert text in {message.text for message in ReaderMessage.objects.all()}


@pytest.mark.parametrize("address", ["tips/", "correction-requests/", "drafts/claims/", "match/"])
def test_content_in_chunks_is_refused_and_not_read_as_empty(address):
    """As granian hands it over: without a number of bytes."""
    chunks = {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(b'{"text": "abc"}'),
        "wsgi.input_terminated": True,
    }
    response = send("POST", f"/api/v1/{address}", **chunks)
    assert (response.status_code, response["Content-Type"]) == (411, "application/problem+json")
    assert "Content-Length" in json.loads(response.content)["detail"]


def test_form_in_chunks_is_refused_in_the_shape_of_google():
    form = {"CONTENT_TYPE": "application/x-www-form-urlencoded", "HTTP_X_HTTP_METHOD_OVERRIDE": "GET"}
    response = send("POST", "/v1alpha1/claims:search", HTTP_TRANSFER_ENCODING="chunked", **form)
    error = json.loads(response.content)["error"]
    assert (response.status_code, error["status"]) == (400, "INVALID_ARGUMENT")
    assert "Content-Length" in error["message"]
