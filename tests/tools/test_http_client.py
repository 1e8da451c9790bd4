"""Fetching hostile pages: nothing private is reached, and every fetch ends in time and in size."""

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from factcheck.tools.http_client import MAX_REDIRECTS, FetchError, fetch
from factcheck.tools.public_addresses import is_public_address
from tests.support.local_pages import PUBLIC, LocalPages, certificate, local_pages

# Hosts that lead inside, by how they are written. `fetch` refuses all of them without asking a name server.
HOSTILE_HOSTS = {
    "loopback": ["127.0.0.1", "127.0.0.2", "127.255.255.254", "[::1]", "[0:0:0:0:0:0:0:1]", "[::1%25lo]", "localhost",
                 "LOCALHOST", "localhost.", "a.localhost", "localhost.localdomain", "ip6-localhost"],
    "short": ["127.1", "127.0.1", "10.1", "192.168.1", "0", "1"],
    "decimal": ["2130706433", "2130706433.", "167772161", "3232235521", "2852039166", "3627734734"],
    "octal": ["0177.0.0.1", "017700000001", "127.0.0.01", "0300.0250.0.1", "0251.0376.0251.0376", "10.0.0.010"],
    "hexadecimal": ["0x7f000001", "0x7f.1", "0X7F.0.0.1", "0xa9fea9fe", "0xA9.0xFE.0xA9.0xFE", "example.0x"],
    "dots": ["127.0.0.1.", "127.0.0.1..", "10.0.0.1.", "..127.0.0.1", "1.2.3.4.5"],
    "private": ["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "[fc00::1]", "[fd00::1]"],
    "link-local": ["169.254.0.1", "[fe80::1]", "[fe80::1%25eth0]", "[febf::1]", "[fec0::1]"],
    "metadata": ["169.254.169.254", "169.254.43518", "[fd00:ec2::254]", "168.63.129.16", "100.100.100.200", "192.0.0.192",
                 "metadata.google.internal", "169.254.170.2"],
    "carrier": ["100.64.0.1", "100.127.255.254"],
    "reserved": ["0.0.0.0", "0.1.2.3", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1",
                 "203.0.113.1", "240.0.0.1", "255.255.255.255", "[::]", "[100::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]"],
    "multicast": ["224.0.0.1", "239.255.255.250", "[ff02::1]", "[ff0e::1]"],
    "IPv4 in IPv6": ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]",
                     "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::169.254.169.254]", "[64:ff9b:1::1]",
                     "[2002:7f00:1::1]", "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::1]", "[2001:10::1]"],
    "other digits": ["１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1", "١٢٧.0.0.1", "①⓪.0.0.1", "ⓛocalhost", "𝟙𝟚𝟟.0.0.1"],
    "percent": ["%31%32%37.0.0.1", "127%2e0.0.1", "local%68ost"],
    "private names": ["intranet", "printer.local", "db.internal", "router.home.arpa", "kubernetes", "redis"],
}  # fmt: skip
HOSTILE_URLS = [
    "http://example.org@127.0.0.1/", "http://user:password@example.org/", "http://example.org:80@127.0.0.1/",
    "http://127.0.0.1#@example.org/", "http://127.0.0.1?@example.org/",
    "http://127.0.0.1\\@example.org/", "http://example.org:0/", "http://example.org:65536/", "http://example.org:-1/",
    "http://example.org:80:80/", "http://example.org:x/", "http://[::1/", "http://[127.0.0.1]/", "http:///127.0.0.1/",
    "http:127.0.0.1", "//127.0.0.1/", "127.0.0.1", "", "file:///etc/passwd", "ftp://example.org/", "gopher://127.0.0.1:6379/_",
    "dict://127.0.0.1:11211/", "data:text/html,x", "javascript:alert(1)", "jar:http://127.0.0.1!/", "ws://127.0.0.1/",
    "unix:///run/postgresql", "http+unix://%2Frun%2Fdocker.sock/", "HTTP://127.0.0.1/", "http://127.0.0.1\t/",
    "h\nttp://127.0.0.1/", " http://127.0.0.1/", "http://" + "a" * 64 + ".org/",
]  # fmt: skip
TABLE = [
    *(
        pytest.param(f"http://{host}:8000/", id=f"{kind} {host}")
        for kind, hosts in HOSTILE_HOSTS.items()
        for host in hosts
    ),
    *(pytest.param(url, id=url) for url in HOSTILE_URLS),
]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalPages]:
    with local_pages(monkeypatch) as pages:
        yield pages


def problem(url: str, **limits: Any) -> str:
    with pytest.raises(FetchError) as refused:
        fetch(url, **limits)
    return refused.value.problem.value


def test_table_is_long_enough() -> None:
    print(f"{len(TABLE)} hostile addresses")
    assert len(TABLE) >= 60


@pytest.mark.parametrize("url", TABLE)
def test_hostile_address_is_refused_without_a_lookup(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("asked"))
    monkeypatch.setattr(socket, "socket", None)
    assert problem(url) in ("not_public", "invalid_url")


@pytest.mark.parametrize("url", TABLE)
def test_redirect_to_a_hostile_address_is_refused(site: LocalPages, url: str) -> None:
    """Relative references lead to the same host, which answers 404."""
    start = site.add("/start", b"", 302, Location=url.replace("\n", "").encode().decode("latin-1"))
    with suppress(FetchError):
        assert fetch(start)[-1].url.startswith("http://site.example.org/")
    assert set(site.connections) == {PUBLIC}


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"], ["fe80::1%2"],
     [PUBLIC, "10.0.0.1"], ["2606:4700::1111", "::1"], [PUBLIC, "168.63.129.16"]],
)  # fmt: skip
def test_name_with_a_private_address_is_refused(site: LocalPages, addresses: list[str]) -> None:
    site.names["inside.example.org"] = [addresses]
    assert problem("http://inside.example.org/") == "not_public"
    assert site.connections == []


def test_name_that_changes_after_the_check_changes_nothing(site: LocalPages) -> None:
    """DNS rebinding: the second answer would be private, but there is no second question."""
    site.add("/", b"page")
    site.names["rebinding.example.org"] = [[PUBLIC], ["127.0.0.1"]]
    [exchange] = fetch("http://rebinding.example.org/")
    assert (exchange.status, exchange.body, exchange.address) == (200, b"page", "127.0.0.1")  # the test's own route
    assert site.lookups == ["rebinding.example.org"]
    assert site.connections == [PUBLIC]


def test_name_that_changes_before_a_redirect_is_checked_again(site: LocalPages) -> None:
    site.add("/", b"", 301, Location="http://rebinding.example.org/again")
    site.names["rebinding.example.org"] = [[PUBLIC], ["127.0.0.1"]]
    assert problem("http://rebinding.example.org/") == "not_public"
    assert (site.lookups, site.connections) == (["rebinding.example.org"] * 2, [PUBLIC])


@pytest.mark.parametrize("port", [21, 22, 25, 8000, 8443, 65535])
def test_other_ports_than_80_and_443_are_refused(site: LocalPages, port: int) -> None:
    start = site.add("/start", b"", 302, Location=f"http://site.example.org:{port}/")
    assert problem(f"http://site.example.org:{port}/") == problem(start) == "not_public"
    assert site.connections == [PUBLIC]


def test_redirects_are_followed_and_kept(site: LocalPages) -> None:
    site.add("/moved", b"", 301, Location="/đây?q=1#part".encode().decode("latin-1"), Set_Cookie="a=b")
    site.add("/%C4%91%C3%A2y?q=1", b"page", Content_Type="text/plain")
    exchanges = fetch("http://site.example.org/moved#top")
    assert [(each.url, each.status) for each in exchanges] == [
        ("http://site.example.org/moved", 301), ("http://site.example.org/%C4%91%C3%A2y?q=1", 200)
    ]  # fmt: skip
    assert exchanges[1].body == b"page"
    assert exchanges[1].response.endswith(b"\r\nContent-Length: 4\r\n\r\npage")
    assert exchanges[1].request.startswith(b"GET /%C4%91%C3%A2y?q=1 HTTP/1.1\r\nHost: site.example.org\r\n")
    assert [headers.get("Cookie") for _, headers in site.requests] == [None, None]


def test_host_that_the_operator_names_can_be_private(site: LocalPages) -> None:
    """Its redirects can't lead to other private hosts."""
    own = f"http://127.0.0.1:{site.port}"
    site.add("/same", b"", 302, Location="/page")
    site.add("/page", b"page")
    site.add("/other", b"", 302, Location=f"http://localhost:{site.port}/page")
    assert [each.status for each in fetch(f"{own}/same", any_host=True)] == [302, 200]
    assert problem(f"{own}/other", any_host=True) == problem(f"{own}/page") == "not_public"
    assert [(path, headers["Host"]) for path, headers in site.requests] == [
        (path, f"127.0.0.1:{site.port}") for path in ("/same", "/page", "/other")
    ]


def test_endless_redirects_end(site: LocalPages) -> None:
    site.add("/loop", b"", 302, Location="/loop")
    assert problem("http://site.example.org/loop") == "too_many_redirects"
    assert len(site.requests) == MAX_REDIRECTS + 1


def test_proxy_of_the_environment_is_not_used(site: LocalPages, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    site.add("/", b"page")
    assert fetch("http://site.example.org/")[-1].body == b"page"


def send(handler: BaseHTTPRequestHandler, piece: bytes, times: int, pause: float = 0) -> None:
    for _ in range(times):
        handler.wfile.write(piece)
        time.sleep(pause)


def large_with_length(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n", 1)
    send(handler, b"x" * 1_000_000, 200)


def large_without_length(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"HTTP/1.1 200 OK\r\n\r\n", 1)
    send(handler, b"x" * 1_000_000, 200)


def large_in_chunks(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 1)
    send(handler, b"f4240\r\n" + b"x" * 1_000_000 + b"\r\n", 200)


def endless_headers(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"HTTP/1.1 200 OK\r\n", 1)
    send(handler, b"X: " + b"y" * 60_000 + b"\r\n", 1000)


def endless_interim_responses(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"HTTP/1.1 100 Continue\r\n\r\n", 1_000_000)


@pytest.mark.parametrize(
    "speak", [large_with_length, large_without_length, large_in_chunks, endless_headers, endless_interim_responses]
)
def test_large_response_is_cut_off_at_once(site: LocalPages, speak: Any) -> None:
    """200 MB: at most 20 MB are received and kept."""
    url = site.add("/large", speak)
    tracemalloc.start()
    began = time.thread_time()
    assert problem(url) == "too_large"
    seconds, memory = time.thread_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seconds < 10
    assert memory < 100_000_000


def test_body_that_arrives_with_the_headers_is_read(site: LocalPages) -> None:
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + bytes(1_000_000)
    assert len(fetch(site.add("/at-once", lambda handler: send(handler, response, 1)))[-1].body) == 1_000_000


def bomb(wbits: int, size: int) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return b"".join([*(stream.compress(bytes(1_000_000)) for _ in range(size)), stream.flush()])


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("x-gzip", 31), ("deflate", 15), ("deflate", -15)])
def test_decompression_bomb_is_cut_off(site: LocalPages, encoding: str, wbits: int) -> None:
    url = site.add("/bomb", bomb(wbits, 200), Content_Encoding=encoding)
    tracemalloc.start()
    assert problem(url) == "too_large"
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert memory < 100_000_000


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_redirects_share_the_size(site: LocalPages, encoding: str) -> None:
    body = gzip.compress(bytes(4000)) if encoding == "gzip" else bytes(4000)
    for number in range(3):
        site.add(f"/{number}", body, 302, Location=f"/{number + 1}", Content_Encoding=encoding)
    site.add("/3", b"page")
    assert len(fetch("http://site.example.org/2", max_body=10_000)) == 2
    assert problem("http://site.example.org/0", max_body=10_000) == "too_large"


def test_invalid_url_with_a_fragment_is_refused() -> None:
    assert problem("http://[x#y") == "invalid_url"


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "identity, br"])
def test_encoding_that_was_not_offered_is_refused(site: LocalPages, encoding: str) -> None:
    assert problem(site.add("/odd", b"x" * 50, Content_Encoding=encoding)) == "garbled"


@pytest.mark.parametrize("wbits", [31, 15, -15])
def test_compressed_page_is_read(site: LocalPages, wbits: int) -> None:
    stream = zlib.compressobj(9, zlib.DEFLATED, wbits)
    packed = stream.compress(b"page" * 1000) + stream.flush()
    url = site.add("/packed", packed, Content_Encoding="gzip" if wbits == 31 else "deflate")
    [exchange] = fetch(url)
    assert exchange.body == b"page" * 1000
    assert exchange.response.endswith(packed)


def test_truncated_page_is_refused(site: LocalPages) -> None:
    packed = gzip.compress(b"page" * 1000)
    assert problem(site.add("/gzip", packed[:-9], Content_Encoding="gzip")) == "garbled"
    assert problem(site.add("/plain", b"page", Content_Length="5")) in ("garbled", "timeout")


def drip(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 1)
    send(handler, b"x", 1000, 0.1)


def drip_headers(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"H", 1000, 0.1)


def say_nothing(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(10)


@pytest.mark.parametrize("speak", [drip, drip_headers, say_nothing])
def test_slow_page_ends_in_time(site: LocalPages, speak: Any) -> None:
    began = time.monotonic()
    assert problem(site.add("/slow", speak), seconds=1) == "timeout"
    assert time.monotonic() - began < 9


def test_slow_handshake_ends_in_time(site: LocalPages) -> None:
    """Each byte of the TLS record arrives within the limit, but the record doesn't."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                for byte in b"\x16\x03\x03\x40\x00" + bytes(100):
                    connection.sendall(bytes([byte]))
                    time.sleep(0.1)

        thread = threading.Thread(target=speak)
        thread.start()
        began = time.monotonic()
        site.port = server.getsockname()[1]
        assert problem("https://site.example.org/", seconds=0.5) == "timeout"
        assert time.monotonic() - began < 9
        thread.join()


def test_slow_redirects_share_the_time(site: LocalPages) -> None:
    def slow(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(0.4)
        send(handler, b"HTTP/1.1 302 Found\r\nLocation: /slow\r\nContent-Length: 0\r\n\r\n", 1)

    assert problem(site.add("/slow", slow), seconds=1) == "timeout"


def test_slow_name_server_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: done.wait(10) and [])
    began = time.monotonic()
    assert problem("http://site.example.org/", seconds=0.3) == "timeout"
    assert time.monotonic() - began < 9
    done.set()


def test_dead_hosts(site: LocalPages) -> None:
    site.names["nobody.example.org"] = [[]]
    assert problem("http://nobody.example.org/") == "unknown_host"
    site.port = 9
    assert problem("http://site.example.org/") == "unreachable"


def test_something_else_than_http_is_refused(site: LocalPages) -> None:
    url = site.add("/ssh", lambda handler: send(handler, b"SSH-2.0-OpenSSH_9.6\r\n", 1))
    assert problem(url) == "garbled"


@pytest.mark.parametrize(
    ("name", "trusted", "expected"),
    [
        ("site.example.org", True, None),
        ("other.example.org", True, "insecure"),
        ("site.example.org", False, "insecure"),
    ],
)
def test_certificate_is_checked_against_the_name(site, monkeypatch, tmp_path, name, trusted, expected):
    cert, key = certificate(tmp_path, name)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as link:
                    while not link.recv(65536).endswith(b"\r\n\r\n"):
                        pass
                    link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage")
            except OSError:
                pass

        thread = threading.Thread(target=answer)
        thread.start()
        url = "https://site.example.org/"
        site.port = server.getsockname()[1]
        if expected:
            assert problem(url) == expected
        else:
            assert fetch(url)[-1].body == b"page"
        thread.join()


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "168.63.129.15", "172.15.0.1", "172.32.0.1", "223.255.255.255",
     "2606:4700::1111", "2001:4860:4860::8888", "2a00:1450::1"],
)  # fmt: skip
def test_public_address_is_allowed(address: str) -> None:
    assert is_public_address(address)
