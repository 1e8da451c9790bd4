"""What is said to nginx in deploy/nginx.conf, as far as it can be held without one."""

import re
from pathlib import Path

from django.urls import reverse

CONFIG = (Path(__file__).resolve().parent.parent / "deploy/nginx.conf").read_text()


def test_sizes_are_in_units_that_nginx_reads():
    """Gigabytes it takes for client_max_body_size and a few others alone; anywhere else it does not start."""
    sizes = re.findall(r"^\s*(proxy_\w*size) (\w+);", CONFIG, re.MULTILINE)
    assert {"proxy_max_temp_file_size"} <= {name for name, _ in sizes}
    assert all(re.fullmatch("[0-9]+[km]?", size) for _, size in sizes), sizes


def test_receipts_are_not_logged():
    [logged] = re.findall(r"log_format \w+ '(.*)';", CONFIG)
    assert "$logged_uri" in logged
    assert not re.search(r"\$(request|uri|request_uri|args|http_referer)\b", logged)
    [pattern, written] = re.findall(r"map \$uri \$logged_uri {\n    default \$uri;\n    ~\*(\S+) (\S+);\n}", CONFIG)[0]
    assert re.match(pattern, reverse("api:receipt", args=["c2VjcmV0"]))
    assert not re.match(pattern, reverse("api:reviews"))
    assert written == "/api/v1/receipts/-/"
