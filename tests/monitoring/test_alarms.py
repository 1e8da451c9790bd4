"""Each alarm that the software can raise has a line in docs/reference/alarms.md, which says what to do now."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.test import Client
from django.utils.translation import override

from factcheck.editorial.desk.programs.jobs import TASKS
from factcheck.editorial.encryption import find_key_problem
from factcheck.editorial.people.account_mail import ALERTS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/alarms.md").read_text(encoding="utf-8")
RULES = yaml.safe_load((ROOT / "deploy/prometheus-alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]


def told(heading: str) -> dict[str, str]:
    """Return what to do for each alarm of a section. A cell can name several alarms."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.*`.*?) \| (.+) \| (.+) \|$", section, re.MULTILINE)
    return {name: act for names, _happened, act in rows for name in re.findall(r"`([^`]+)`", names)}


def calls(*folders: str) -> Iterator[ast.Call]:
    for folder in folders:
        for file in (ROOT / folder).rglob("*.py"):
            yield from (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))


def line_of(call: ast.Call) -> str | None:
    """Return the text of a call that writes a line at level ERROR, or a warning to standard error."""
    match call.func:
        case ast.Attribute(ast.Name("logger" | "_logger"), "error" | "exception" | "critical"):
            pass
        case ast.Name("print") if any("stderr" in ast.unparse(each.value) for each in call.keywords):
            pass
        case _:
            return None
    text = ast.literal_eval(call.args[0])  # a text that isn't a literal would have no line on the page
    return re.sub(r"%\w", "…", text)


def test_each_check_of_readyz_has_a_line(database: str) -> None:
    checks = ast.parse((ROOT / "factcheck/monitoring/checks.py").read_text()).body
    names = {
        each.name
        for each in checks
        if isinstance(each, ast.FunctionDef) and not each.args.args and ast.unparse(each.returns or each) == "str"
    }
    assert {each["name"] for each in Client().get("/readyz").json()["checks"]} <= names
    assert told("Checks of `/readyz`").keys() == names


def test_each_line_at_level_error_has_a_line() -> None:
    lines = {line for call in calls("factcheck", "api") if (line := line_of(call))}
    assert len(lines) >= 8
    assert sorted(lines - told("Lines at level ERROR").keys()) == []


def test_each_job_has_a_line() -> None:
    """`tests/editorial/desk/test_jobs.py` compares TASKS with the worker's tasks."""
    assert told("Failed jobs").keys() == TASKS.keys()


def test_each_alert_of_prometheus_has_a_line_and_a_metric() -> None:
    assert told("Alerts of Prometheus").keys() == {each["alert"] for each in RULES}
    page = (ROOT / "docs/how-to/monitor.md").read_text(encoding="utf-8")
    metrics = {name for each in RULES for name in re.findall(r"factcheck_\w+", each["expr"])}
    assert len(metrics) >= 10
    assert [name for name in metrics if f"`{name.removesuffix('_count')}`" not in page] == []


def test_each_setting_that_is_checked_has_a_line() -> None:
    checks = (ROOT / "factcheck/monitoring/deployment.py").read_text() + inspect.getsource(find_key_problem)
    settings = set(re.findall(r"\b[A-Z]+_[A-Z_]+\b", checks)) - {"R_OK", "W_OK", "X_OK", "F_OK", "EMAIL_HOST"}
    assert sorted(settings - told("Settings that can't work").keys()) == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_each_alert_to_a_person_says_what_to_do(language: str) -> None:
    name = {"en": "sign-in-safely.md", "vi": "sign-in-safely.vi.md"}[language]
    guide = (ROOT / "docs/how-to" / name).read_text(encoding="utf-8")
    with override(language):
        assert [str(subject) for subject, _by in ALERTS.values() if f"| {subject} | " not in guide] == []


def test_vulnerabilities_are_looked_for_every_week_and_updates_come_in_groups() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    cron = workflow[True]["schedule"][0]["cron"]  # YAML 1.1 reads `on` as true
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", cron)
    assert {"run": "make audit PYTHON=python"} in workflow["jobs"]["supply-chain"]["steps"]
    updates = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text(encoding="utf-8"))["updates"]
    assert {each["package-ecosystem"] for each in updates} == {"pip", "github-actions", "npm"}
    assert all(each["schedule"]["interval"] == "weekly" and each["groups"] for each in updates)
