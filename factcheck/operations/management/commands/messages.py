"""``make messages`` and ``make check``: compare the Vietnamese catalogue with the texts in code and templates.

Django searches our catalogue before its own. Our catalogue can therefore translate a Django text that Django's
catalogue leaves in English or translates badly. Such entries are added by hand.

Babel replaces Django's ``makemessages``, which needs GNU gettext, deletes our translations of Django's texts, and can't
compare without writing. The compiled ``.mo`` is committed, because the site runs without Babel.
"""

from argparse import ArgumentParser
from io import BytesIO
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

PACKAGES = ("factcheck", "api")
LANGUAGE = "vi"
KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS, "gettext_lazy": None, "gettext_noop": None, "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}  # fmt: skip


class Command(BaseCommand):
    help = (
        "Collects translatable texts into factcheck/locale and compiles the translations. --check only compares them."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="fail if a translation is missing, without changing anything"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        folder = Path(settings.LOCALE_PATHS[0]) / LANGUAGE / "LC_MESSAGES"
        source, compiled = folder / "django.po", folder / "django.mo"
        texts = collect(settings.BASE_DIR)
        if source.exists():
            add_django_texts(texts, _read(source))
        if check:
            if faults := compare(texts, source, compiled):
                raise CommandError(
                    "\n".join(
                        [*faults, "Run `make messages`, translate the empty texts, and run `make messages` again."]
                    )
                )
            return
        folder.mkdir(parents=True, exist_ok=True)
        catalogue = _read(source) if source.exists() else Catalog(locale=LANGUAGE, project="factcheck", fuzzy=False)
        catalogue.update(texts, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        with open(source, "wb") as out:
            write_po(out, catalogue, width=100, no_location=True, sort_output=True)
        with open(compiled, "wb") as out:
            write_mo(out, catalogue)
        empty = sum(1 for message in catalogue if message.id and not _translated(message.string))
        self.stdout.write(f"{source.relative_to(settings.BASE_DIR)}: {len(catalogue)} texts, {empty} to translate.")


def collect(root: Path) -> Catalog:
    """Return all translatable texts in our Python files and templates."""
    texts = Catalog(locale=LANGUAGE)
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*")):
            if file.suffix == ".py":
                content = file.read_bytes()
            elif file.suffix in (".html", ".txt") and "templates" in file.parts:
                content = templatize(file.read_text(), origin=str(file)).encode()
            else:
                continue
            for _line, text, comments, context in extract(
                "python", BytesIO(content), KEYWORDS, options={"encoding": "utf-8"}
            ):
                texts.add(text, auto_comments=comments, context=context)
    return texts


def add_django_texts(texts: Catalog, catalogue: Catalog) -> None:
    """Add the Django texts that are in the catalogue but not in our own files."""
    # Django's catalogues spell Norwegian differently from its code.
    found = [Message(info["name"]) for info in LANG_INFO.values() if "name" in info]
    for package in ("conf", "contrib/admin", "contrib/auth"):
        found += _read(Path(django.__file__).parent / package / "locale" / "en" / "LC_MESSAGES" / "django.po")
    for message in found:
        key = (message.id, message.context)
        if message.id and catalogue.get(*key) and not texts.get(*key):
            texts.add(message.id, context=message.context)


def compare(texts: Catalog, source: Path, compiled: Path) -> list[str]:
    """Return a line for each fault in the catalogue."""
    if not source.exists() or not compiled.exists():
        return [f"{source.name} or {compiled.name} is missing in {source.parent}."]
    catalogue = _read(source)
    with open(compiled, "rb") as file:
        machine = read_mo(file)
    faults = []
    for message in texts:
        if not message.id:
            continue
        translated = catalogue.get(message.id, message.context)
        # Babel returns the contexts from a .mo file as bytes.
        done = machine.get(message.id, message.context and message.context.encode())  # type: ignore[arg-type]
        if translated is None or translated.fuzzy or not _translated(translated.string):
            faults.append(f"Not translated: {message.id!r}")
        elif done is None or _forms(done.string) != _forms(translated.string):
            faults.append(f"Not compiled: {message.id!r}")
    faults += [
        f"In no file: {translated.id!r}"
        for translated in catalogue
        if translated.id and texts.get(translated.id, translated.context) is None
    ]
    return faults


def _read(source: Path) -> Catalog:
    with open(source, "rb") as file:
        return read_po(file, locale=LANGUAGE)


def _forms(text: Any) -> list[str]:
    """Return the plural forms. Babel returns a tuple for a ``.po`` file and a list for a ``.mo`` file."""
    return list(text) if isinstance(text, (list, tuple)) else [text]


def _translated(text: Any) -> bool:
    """Return whether every plural form is translated."""
    return all(_forms(text))
