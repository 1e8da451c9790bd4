"""Nothing that people use is undocumented, and no link in the documentation leads nowhere."""

import gettext
import re
import subprocess
from pathlib import Path

import pytest

from api.urls import urlpatterns
from factcheck.tasks import SCHEDULE

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"\]\(([^()\s]+)\)")
# In Markdown a fence may be indented under an item of a list.
FENCE = re.compile(r"^\s*```.*?^\s*```$", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.split("\n") if listed.returncode == 0 else []
    found = [ROOT / name for name in names if name] or [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
    return [page for page in found if page.is_file()]


def text() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in pages())


def prose(page: Path) -> str:
    """Without what is code."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """As GitHub makes them from headings: lower case, without punctuation, hyphens for spaces."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_pages_are_found():
    names = {str(page.relative_to(ROOT)) for page in pages()}
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/api.md", "docs/adr/README.md"} <= names


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_resolve(page: Path):
    broken = []
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_is_listed():
    listed = {
        (ROOT / "docs" / link.partition("#")[0]).resolve()
        for link in LINK.findall((ROOT / "docs/README.md").read_text(encoding="utf-8"))
    }
    found = {file for file in (ROOT / "docs").iterdir() if file.is_file() and file.name != "README.md"}
    assert sorted(str(file) for file in found - listed) == []


def test_every_decision_is_listed_and_short():
    index = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    decisions = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
    assert len(decisions) >= 11
    assert [page.name for page in decisions if f"]({page.name})" not in index] == []
    assert [page.name for page in decisions if len(page.read_text(encoding="utf-8").splitlines()) > 40] == []


def test_every_command_is_documented():
    """In the table of all commands, wherever else each is explained."""
    commands = {file.stem for file in ROOT.glob("[!.]*/**/management/commands/[!_]*.py")}
    table = (ROOT / "docs/operations.md").read_text(encoding="utf-8").partition("## Commands")[2].partition("\n## ")[0]
    assert len(commands) >= 13
    assert sorted(name for name in commands if f"`{name}`" not in table) == []


def test_every_target_of_make_is_documented():
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    words = text()
    assert "run" in targets
    assert [name for name in targets if not re.search(rf"`make {name}\b", words)] == []


def test_every_address_of_the_api_is_documented():
    """By the fixed parts of the address, since pages name what varies in words of their own."""
    words = text()
    undocumented = []
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        parts = re.findall(r"[a-z][a-z-]+", re.sub(r"<[^>]*>|\([^)]*\)|\^|v1/", " ", route))
        if "rest" in route or not parts:
            continue
        undocumented += [route for part in parts if not re.search(rf"/{part}\b|`{part}\b", words)]
    assert undocumented == []


def test_every_variable_of_the_example_is_documented():
    example = (ROOT / "deploy/production.env.example").read_text(encoding="utf-8")
    settings = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    names = re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    assert "SITE_URL" in names
    assert [name for name in names if f"`{name}`" not in settings] == []


def test_everything_at_a_fixed_time_is_documented():
    operations = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    table = operations.partition("## The worker")[2].partition("\n## ")[0]
    assert [command for command in [*SCHEDULE, "ask_witnesses"] if f"`{command}`" not in table] == []


def test_vocabulary_says_what_the_interface_says():
    """Words of the first column that the catalogue translates by themselves have its Vietnamese in the second."""
    with (ROOT / "factcheck/locale/vi/LC_MESSAGES/django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    rows = re.findall(
        r"^\| `?(\w[\w ]*)`? \| ([^|]+) \|", (ROOT / "docs/vocabulary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    known = {word: said for word, said in rows if said != "Vietnamese" and catalogue.gettext(word) != word}
    assert len(known) > 15
    assert {word: said for word, said in known.items() if said.lower() != catalogue.gettext(word).lower()} == {}
