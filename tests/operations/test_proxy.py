"""The instructions to nginx in deploy/nginx.conf, as far as it can be held without one."""

import ipaddress
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse

CONFIG = (Path(__file__).resolve().parents[2] / "deploy/nginx.conf").read_text()
UPLOADS = [
    f"admin:editorial_{name}" for name in ("picture_upload", "capture_upload", "importbatch_add", "capture_share")
]
COPIES = "api:draft-copies"


def test_sizes_are_in_units_that_nginx_reads():
    """Gigabytes it takes for client_max_body_size and a few others alone; anywhere else it does not start."""
    sizes = re.findall(r"^\s*(proxy_\w*size) (\w+);", CONFIG, re.MULTILINE)
    assert {"proxy_max_temp_file_size"} <= {name for name, _ in sizes}
    assert all(re.fullmatch("[0-9]+[km]?", size) for _, size in sizes), sizes


def test_files_are_sent_from_where_the_example_of_the_settings_says():
    example = (Path(__file__).resolve().parents[2] / "deploy/env/common.env.example").read_text()
    named = dict(line.split("=", 1) for line in example.splitlines() if line and not line.startswith("#"))
    (place,) = re.findall(rf"location {named['ACCEL_REDIRECT']} {{\n(.*?)\n    }}", CONFIG, re.DOTALL)
    assert "internal;" in place
    assert f"alias {named['DUMPS_FOLDER']}/;" in place


def test_every_server_listens_on_both_kinds_of_addresses():
    servers = [re.findall(r"^    listen (.*);$", each, re.MULTILINE) for each in CONFIG.split("\nserver {\n")[1:]]
    assert servers == [["80 default_server", "[::]:80 default_server"], ["80", "[::]:80"], ["443 ssl", "[::]:443 ssl"]]


def test_version_of_the_proxy_is_not_told():
    """The first server answers nothing at all."""
    assert [each.count("\n    server_tokens off;\n") for each in CONFIG.split("\nserver {\n")[1:]] == [0, 1, 1]


def test_port_80_leads_to_the_site_alone():
    assert "return 301 https://$server_name$request_uri;" in CONFIG
    assert "$host$request_uri" not in CONFIG


def test_one_client_has_a_bounded_number_of_connections_and_requests_everywhere():
    (site,) = re.findall(r"\nserver {\n    listen 443.*", CONFIG, re.DOTALL)
    whole, *places = re.split(r"\n    location ", site)
    for limit in ("limit_conn connections 50;", "limit_conn site_connections 200;", "limit_conn_status 429;"):
        assert limit in whole
    # A place with a limit of requests of its own inherits none.
    for place in (whole, *(each for each in places if "limit_req " in each)):
        assert "limit_req zone=requests burst=200 nodelay;" in place
    # The same is true of connections, which only uploads limit further.
    uploads = [each for each in places if "limit_conn " in each]
    assert {each.split(" {")[0] for each in uploads} == {f"= {reverse(name)}" for name in (*UPLOADS, COPIES)}
    for place in uploads:
        assert re.findall("limit_conn (.*);", place) == ["connections 50", "site_connections 200", "uploads 2"]
    (pages,) = [each for each in places if each.startswith("/ {")]
    assert "limit_req zone=pages burst=100 delay=5;" in pages
    assert "limit_req_zone $client zone=pages:10m rate=20r/s;" in CONFIG


def test_metrics_are_not_passed_on():
    assert re.findall(r"location = /metrics {\n(.*?)\n    }", CONFIG, re.DOTALL) == ["        return 404;"]


def test_receipts_are_not_logged():
    [logged] = re.findall(r"log_format \w+ '(.*)';", CONFIG)
    assert not re.search("addr|forwarded", logged)
    assert set(re.findall(r"error_log \S+ (\w+);", CONFIG)) == {"emerg"}  # other errors name the client
    assert "$logged_uri" in logged
    assert not re.search(r"\$(request|uri|request_uri|args|http_referer)\b", logged)
    (instead,) = re.findall(r"map \$uri \$logged_uri {\n    default \$uri;\n(.*?)\n}", CONFIG, re.DOTALL)
    rules = re.findall(r"^    ~\*(\S+) (\S+);$", instead, re.MULTILINE)
    for address, written in (
        (reverse("message", args=["c2VjcmV0"]), "/receipts/-/"),
        ("/receipts/c2VjcmV0/", "/receipts/-/"),
        (reverse("api:receipt", args=["c2VjcmV0"]), "/api/v1/receipts/-/"),
    ):
        assert [to for pattern, to in rules if re.match(pattern, address)] == [written]
    assert not any(re.match(pattern, reverse("api:reviews")) for pattern, _ in rules)


def test_passwords_are_tried_ten_times_a_minute_by_one_client():
    (place,) = re.findall(rf"location = {re.escape(reverse('admin:login'))} {{\n(.*?)\n    }}", CONFIG, re.DOTALL)
    assert "limit_req zone=passwords burst=5 nodelay;" in place
    (key, rate) = re.findall(r"limit_req_zone (\S+) zone=passwords:\w+ rate=(\S+);", CONFIG)[0]
    assert rate == "10r/m"
    # Without a key a request is not counted.
    (counted,) = re.findall(rf'map "\$request_method \$args" {re.escape(key)} {{\n(.*?)\n}}', CONFIG, re.DOTALL)
    assert counted.split() == ["default", '"";', '"POST', 'passkey"', '"";', "~^POST", "$client;"]


@pytest.mark.parametrize(("variable", "group", "digits"), [("client", "network", 16), ("client_site", "site", 12)])
def test_client_is_an_address_of_ipv4_or_a_network_of_ipv6(variable: str, group: str, digits: int):
    assert not re.search(r"limit_(req|conn)_zone \$(?!client |client_site |signing_in )", CONFIG)
    rule = rf'map \$binary_remote_addr \${variable} {{\n.*;\n    "~(.+)" \${group};\n}}'
    [pattern] = re.findall(rule, CONFIG)
    network = re.compile(pattern.replace(f"(?<{group}>", "(?P<network>").encode())
    for address, key in (
        ("2001:db8:a0a:a0a::1", bytes.fromhex("20010db80a0a0a0a"[:digits])),  # with line ends in it
        ("203.0.113.9", None),
        ("::ffff:203.0.113.9", None),
        ("::1", None),
    ):
        found = network.match(ipaddress.ip_address(address).packed)
        assert (found and found["network"]) == key, address


def test_what_is_led_to_the_site_names_host_scheme_and_client():
    """Without these the site takes a request for one over plain HTTP, or counts all clients as one."""
    for place in re.findall(r"location [^{]*{(.*?)\n    }", CONFIG, re.DOTALL):
        if re.search("127.0.0.1:800[023]", place):
            named = re.findall(r"proxy_set_header (\S+) [^\"]", place)
            assert named == ["Host", "X-Forwarded-Proto", "X-Forwarded-For", "X-Request-ID"]


def test_tools_for_assistants_are_told_the_client():
    [place] = re.findall(r"location = /mcp {\n(.*?)\n    }", CONFIG, re.DOTALL)
    assert re.findall(r"proxy_set_header (\S+)", place) == ["Host", "X-Forwarded-For"]


def test_only_uploads_can_be_large():
    large = re.findall(r"location ([^{]*) {[^}]*client_max_body_size (?:[0-9]{2,})m;", CONFIG)
    assert large == [f"= {reverse(name)}" for name in (*UPLOADS, COPIES)]
    [desk] = re.findall(r"location \^~ /admin/ {\n(.*?)\n    }", CONFIG, re.DOTALL)
    assert "client_max_body_size" not in desk


def test_site_is_asked_before_an_upload_is_read():
    asked = dict.fromkeys(UPLOADS, reverse("admin:editorial_may_upload")) | {COPIES: f"{reverse(COPIES)}sender"}
    for name, question in asked.items():
        [place] = re.findall(rf"location = {re.escape(reverse(name))} {{\n(.*?)\n    }}", CONFIG, re.DOTALL)
        assert f"auth_request {question};" in place
        [place] = re.findall(rf"location = {question} {{\n(.*?)\n    }}", CONFIG, re.DOTALL)
        assert {"internal;", "proxy_pass_request_body off;"} <= {line.strip() for line in place.split("\n")}


def test_answers_are_compressed_but_those_of_the_desk_and_what_is_read_in_parts():
    [types] = re.findall(r"^    gzip_types ([^;]*);", CONFIG, re.MULTILINE)
    assert {"application/json", "application/atom+xml", "text/css", "text/javascript"} <= set(types.split())
    assert not {"application/octet-stream", "application/zstd", "application/vnd.apache.parquet"} & set(types.split())
    [desk] = re.findall(r"location \^~ /admin/ {\n(.*?)\n    }", CONFIG, re.DOTALL)
    assert "gzip off;" in desk


def test_style_sheets_that_browsers_have_are_not_sent_again():
    """WhiteNoise compares entity tags letter by letter, and compression makes them weak."""
    address, client = static("website/site.css"), Client()
    sent = client.head(address).headers
    known = {"if-modified-since": sent["Last-Modified"]}
    assert client.head(address, headers={**known, "if-none-match": f"W/{sent['ETag']}"}).status_code == 200
    assert client.head(address, headers=known).status_code == 304
    [place] = re.findall(rf"location {re.escape(settings.STATIC_URL)} {{\n(.*?)\n    }}", CONFIG, re.DOTALL)
    assert 'proxy_set_header If-None-Match "";' in place
