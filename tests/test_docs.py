"""Nothing that people use is undocumented, and no link in the documentation leads nowhere."""

import gettext
import json
import pkgutil
import re
import subprocess
import unicodedata
from importlib import import_module
from pathlib import Path
from typing import Any

import fields  # in `.ci`
import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.db.models import Field, Model
from django.utils.translation import override

from api.urls import urlpatterns
from api.views.pages import openapi
from factcheck.editorial import desk
from factcheck.editorial.desk.action_views import DeskAction
from factcheck.editorial.models import Appearance, Claim, Claimant, Demand, Review, Source
from factcheck.operations.tasks import SCHEDULE
from factcheck.tools.language_detection import detect_language

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"\]\(([^()\s]+)\)")
# In Markdown a fence may be indented under an item of a list.
FENCE = re.compile(r"^\s*```.*?^\s*```$", re.MULTILINE | re.DOTALL)
# In the fact-checkers' guides bold and italic type are for the desk's own labels and for nothing else.
LABEL = re.compile(r"(\*\*?)(\S[^*]*)\1")


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
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/reference/api.md", "docs/adr/README.md"} <= names


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
    folders = [ROOT / "docs" / name for name in ("", "tutorials", "how-to", "reference", "explanation")]
    found = {file for folder in folders for file in folder.iterdir() if file.is_file()}
    others = {ROOT / "docs" / name for name in ("README.md", "README.vi.md", "screenshots.py")}
    assert len(found) > 50
    assert sorted(str(file) for file in found - listed - others) == []


def test_every_decision_is_listed_and_short():
    """Numbered without gaps, in one form, of 120 to 350 words."""
    folder = ROOT / "docs/adr"
    decisions = sorted(folder.glob("[0-9]*.md"))
    listed = LINK.findall((folder / "README.md").read_text(encoding="utf-8"))
    assert len(decisions) >= 11
    assert [page.name for page in decisions] == listed
    for number, page in enumerate(decisions, 1):
        record = page.read_text(encoding="utf-8")
        assert page.name.startswith(f"{number:04}-")
        assert record.startswith(f"# {number}. ")
        assert re.findall(r"^## (.+)$", record, re.MULTILINE) == ["Context", "Decision", "Consequences"]
        assert 120 <= len(record.split()) <= 350, page.name


def test_every_command_is_documented():
    """In the table of all commands, wherever else each is explained."""
    commands = {file.stem for file in ROOT.glob("[!.]*/**/management/commands/[!_]*.py")}
    table = (
        (ROOT / "docs/reference/commands.md")
        .read_text(encoding="utf-8")
        .partition("## `manage.py`")[2]
        .partition("\n## ")[0]
    )
    assert len(commands) >= 13
    assert sorted(name for name in commands if f"`{name}`" not in table) == []


def test_commands_name_a_python_that_is_there():
    """`make run` brings no `python`, and Debian has none: ours is in .venv, and the one of an outsider is python3."""
    besides = [*ROOT.glob("deploy/env/*.example"), ROOT / "verifier/verifier.py", *ROOT.glob("examples/*.py")]
    printed = "\n".join([text(), *(file.read_text(encoding="utf-8") for file in besides)])
    assert re.findall(r"(?<![\w./])python (?:manage\.py|-m factcheck|examples/).*", printed) == []


def test_every_target_of_make_is_documented():
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    table = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8").partition("## `make`")[2]
    assert "run" in targets
    assert [name for name in targets if f"| `make {name}` |" not in table] == []


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


def test_urls_and_parameters_have_the_names_of_the_openapi_document():
    """The log's page has a table of its URLs, with C2SP's names."""
    paths = {path: item for path, item in json.loads(openapi())["paths"].items() if "/v1/log/" not in path}
    reference = [page.read_text(encoding="utf-8") for page in (ROOT / "docs/reference").glob("*.md")]
    assert [path for path in paths if not any(path in page for page in reference)] == []
    named = {path for page in reference for path in re.findall(r"/api/v1/[\w/-]*\{[^\s`?]+", page)}
    assert named - paths.keys() == set()
    for path, item in paths.items():
        parameters = {each["name"] for each in item.get("get", {}).get("parameters", []) if each["in"] == "query"}
        for page in reference:
            if re.search(rf"^GET[A-Z, ]* {re.escape(path)}(?: |\?|$)(?!.*HTTP/)", page, re.MULTILINE):
                found = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", FENCE.sub("", page)))))
                assert not parameters - found or "filters of [" in page, path


def test_language_of_the_first_claim_is_detected():
    """The tutorial leaves the language empty."""
    for suffix, language in (("", "en"), (".vi", "vi")):
        page = (ROOT / f"docs/tutorials/first-claim{suffix}.md").read_text(encoding="utf-8")
        claim = re.findall(r"^2\. .*`(.+\.)`$", page, re.MULTILINE)[0]
        assert detect_language(claim) == language


def test_every_variable_of_the_example_is_documented():
    example = "".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "deploy/env").glob("*.example")))
    settings = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    names = re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    assert "SITE_URL" in names
    assert [name for name in names if f"`{name}`" not in settings] == []


def test_everything_at_a_fixed_time_is_documented():
    commands = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    table = commands.partition("## What the worker runs")[2].partition("\n## ")[0]
    assert [command for command in [*SCHEDULE, "ask_witnesses"] if f"`{command}`" not in table] == []


def test_vocabulary_says_what_the_interface_says():
    """Words of the first column that the catalogue translates alone have its Vietnamese in the second."""
    with (ROOT / "factcheck/locale/vi/LC_MESSAGES/django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    rows = re.findall(
        r"^\| `?(\w[\w ]*)`? \| ([^|]+) \|",
        (ROOT / "docs/reference/vocabulary.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    known = {word: said for word, said in rows if said != "Vietnamese" and catalogue.gettext(word) != word}
    assert len(known) > 15
    assert {word: said for word, said in known.items() if said.lower() != catalogue.gettext(word).lower()} == {}


def label(text: str) -> str:
    """As a page may show it: texts of models begin with a capital there, and titles lose their colon in a sentence."""
    text = " ".join(text.split()).rstrip(".:")
    return text[:1].upper() + text[1:]


def labels_by_section(page: Path) -> list[tuple[int, set[str]]]:
    """The depth of each heading, and the labels below it."""
    parts = re.split(r"^(#+) .+$", prose(page), flags=re.MULTILINE)
    texts = zip(parts[1::2], parts[2::2], strict=True)
    return [(len(depth), {label(found) for _stars, found in LABEL.findall(text)}) for depth, text in texts]


def labels_in_vietnamese() -> dict[str, set[str]]:
    """The Vietnamese of each English label. A word has several where contexts differ."""
    said: dict[str, set[str]] = {}
    for folder in settings.LOCALE_PATHS:
        with (folder / "vi/LC_MESSAGES/django.po").open("rb") as file:
            for message in read_po(file, locale="vi"):
                if isinstance(message.id, str) and message.id:
                    said.setdefault(label(message.id), set()).add(label(str(message.string)))
    (add,), (token,) = said["Add %(name)s"], said["API token"]
    said["Add API token"] = {add % {"name": token[0].lower() + token[1:]}}
    return said


# The guides for fact-checkers are those in two languages.
GUIDES = sorted(page.with_name(page.name.replace(".vi.md", ".md")) for page in (ROOT / "docs").glob("*/*.vi.md"))


def test_labels_are_found_in_the_guides():
    assert sum(len(labels) for guide in GUIDES for _depth, labels in labels_by_section(guide)) > 200


@pytest.mark.parametrize("guide", GUIDES, ids=lambda page: str(page.relative_to(ROOT / "docs")))
def test_guide_names_what_the_desk_shows_in_both_languages(guide: Path):
    vietnamese = guide.with_suffix(".vi.md")
    assert unicodedata.is_normalized("NFC", vietnamese.read_text(encoding="utf-8"))
    here, there, said = labels_by_section(guide), labels_by_section(vietnamese), labels_in_vietnamese()
    assert sorted(name for _depth, labels in here for name in labels if name not in said) == []
    assert [depth for depth, _labels in here] == [depth for depth, _labels in there]
    for (_depth, names), (_same, theirs) in zip(here, there, strict=True):
        assert {name: said[name] for name in names if not said[name] & theirs} == {}  # not named in Vietnamese
        assert theirs - {text for name in names for text in said[name]} == set()  # no label, or not named in English


@pytest.mark.parametrize("guide", GUIDES, ids=lambda page: str(page.relative_to(ROOT / "docs")))
def test_guide_has_the_same_parts_in_both_languages(guide: Path):
    """Their links lead to the same pages and pictures, and neither has a command."""
    vietnamese = guide.with_suffix(".vi.md")
    texts = [page.read_text(encoding="utf-8") for page in (guide, vietnamese)]
    first, second = (LINK.findall(prose(page))[1:] for page in (guide, vietnamese))
    assert [link.partition("#")[0].replace(".vi.", ".") for link in second] == [
        link.partition("#")[0] for link in first
    ]
    assert [link for link in second if (ROOT / "docs/x" / link).suffix == ".png" and ".vi." not in link] == []
    untranslated = [
        link for link in second if ".vi." not in link and (guide.parent / link).with_suffix(".vi.md").exists()
    ]
    assert untranslated == []
    assert f"[Tiếng Việt]({vietnamese.name})" in texts[0]
    assert f"[English]({guide.name})" in texts[1]
    assert [text for text in texts if "```" in text or "manage.py" in text or "SELECT" in text] == []


def actions_of_the_desk() -> list[DeskAction[Any]]:
    """The actions of people who check facts. Webhooks are for administrators."""
    found: list[DeskAction[Any]] = []
    modules = pkgutil.walk_packages(desk.__path__, f"{desk.__name__}.")
    for name in (module.name for module in modules if not module.name.endswith(".webhooks")):
        for value in vars(import_module(name)).values():
            found += [
                each
                for each in (value.values() if isinstance(value, dict) else [value])
                if isinstance(each, DeskAction)
            ]
    return found


def labels_in_guides(stars: str) -> set[str]:
    return {label(name) for guide in GUIDES for kind, name in LABEL.findall(prose(guide)) if kind == stars}


def test_every_action_of_the_desk_is_in_a_guide():
    with override("en"):
        actions = {label(str(action.label)) for action in actions_of_the_desk()}
    assert {"Approve", "Withdraw", "Update the entry"} <= actions
    assert sorted(actions - labels_in_guides("**")) == []


@pytest.mark.parametrize("model", [Claim, Appearance, Claimant, Review, Source, Demand])
def test_every_field_that_a_person_fills_in_is_in_a_guide(model: type[Model]):
    fields = [field for field in model._meta.get_fields() if isinstance(field, Field) and field.editable]
    theirs = re.compile(
        "original_|license_url|publisher" if model is Review else "newsroom"
    )  # only imports fill them in
    with override("en"):
        names = {
            label(str(each.verbose_name)) for each in fields if not each.auto_created and not theirs.match(each.name)
        }
    assert sorted(names - labels_in_guides("*")) == []


def test_every_picture_is_shown():
    shown = {link.rpartition("/")[2] for page in pages() for link in LINK.findall(prose(page)) if ".png" in link}
    there = {picture.name for picture in (ROOT / "docs/images").glob("*.png")}
    assert there - shown - {"site.png"} == set()  # the README's
    assert [picture.name for picture in (ROOT / "docs/images").iterdir() if picture.stat().st_size > 150_000] == []


def test_tables_of_fields_are_those_of_the_statements() -> None:
    assert fields.main(check=True) == 0
