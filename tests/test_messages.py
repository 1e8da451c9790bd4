"""The catalogue is held to the texts in code and templates."""

from io import StringIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po
from django.core.management import CommandError, call_command

from factcheck.operations.management.commands.messages import collect


@pytest.fixture
def root(tmp_path: Path, settings) -> Path:
    """A small project with a text in code, one in a template and one with a plural."""
    templates = tmp_path / "factcheck" / "website" / "templates"
    templates.mkdir(parents=True)
    (tmp_path / "api").mkdir()
    (templates / "page.html").write_text('{% load i18n %}{% translate "Sources" %}{{ claim }}')
    code = 'from django.utils.translation import gettext_lazy as _, ngettext\nA = _("Claim")\n'
    (tmp_path / "factcheck" / "words.py").write_text(code + 'B = ngettext("%d review", "%d reviews", 2)\n')
    settings.BASE_DIR, settings.LOCALE_PATHS = tmp_path, [tmp_path / "factcheck" / "locale"]
    return tmp_path


def translate(root: Path, **words: str) -> None:
    file = root / "factcheck" / "locale" / "vi" / "LC_MESSAGES" / "django.po"
    with open(file, "rb") as source:
        catalogue = read_po(source, locale="vi")
    for message in catalogue:
        if message.id == ("%d review", "%d reviews"):
            message.string = ("%d bài kiểm chứng",)
        elif message.id:
            message.string = words[str(message.id)]
    with open(file, "wb") as out:
        write_po(out, catalogue)


def check() -> list[str]:
    with pytest.raises(CommandError) as refused:
        call_command("messages", check=True)
    return sorted(str(refused.value).splitlines()[:-1])


def test_texts_of_code_and_templates_are_found(root: Path):
    assert {message.id for message in collect(root) if message.id} == {"Sources", "Claim", ("%d review", "%d reviews")}


def test_missing_catalogue_is_said(root: Path):
    folder = root / "factcheck" / "locale" / "vi" / "LC_MESSAGES"
    assert check() == [f"django.po or django.mo is missing in {folder}."]


def test_catalogue_grows_from_empty_to_compiled(root: Path):
    said = StringIO()
    call_command("messages", stdout=said)
    assert said.getvalue() == "factcheck/locale/vi/LC_MESSAGES/django.po: 3 texts, 3 to translate.\n"
    assert check() == [
        "Not translated: 'Claim'",
        "Not translated: 'Sources'",
        "Not translated: ('%d review', '%d reviews')",
    ]
    translate(root, Claim="Phát ngôn", Sources="Nguồn")
    assert check() == ["Not compiled: 'Claim'", "Not compiled: 'Sources'", "Not compiled: ('%d review', '%d reviews')"]
    call_command("messages", stdout=said)
    call_command("messages", check=True)


def test_text_that_is_gone_is_said_and_removed(root: Path):
    call_command("messages", stdout=StringIO())
    translate(root, Claim="Phát ngôn", Sources="Nguồn")
    call_command("messages", stdout=StringIO())
    (root / "factcheck" / "website" / "templates" / "page.html").write_text("nothing to translate")
    assert check() == ["In no file: 'Sources'"]
    call_command("messages", stdout=StringIO())
    call_command("messages", check=True)


def test_translated_text_of_django_stays(root: Path):
    call_command("messages", stdout=StringIO())
    translate(root, Claim="Phát ngôn", Sources="Nguồn")
    call_command("messages", stdout=StringIO())
    file = root / "factcheck" / "locale" / "vi" / "LC_MESSAGES" / "django.po"
    file.write_text(f'{file.read_text()}\nmsgid "History"\nmsgstr "Lịch sử"\n\nmsgid "Histories"\nmsgstr "Những"\n')
    assert check() == ["In no file: 'Histories'", "Not compiled: 'History'"]
    call_command("messages", stdout=StringIO())
    call_command("messages", check=True)
    assert "Lịch sử" in file.read_text()
