"""The Vietnamese catalogues are complete and compiled. `make check` compares them with the code and the templates."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import gettext, override


@pytest.mark.parametrize("folder", settings.LOCALE_PATHS, ids=["ours", "Django's"])
def test_catalogue_is_translated_and_compiled(folder: Path) -> None:
    file = folder / "vi" / "LC_MESSAGES" / "django.po"
    with file.open("rb") as source:
        catalogue = read_po(source, locale="vi")
    texts = [each for each in catalogue if each.id]
    assert len(texts) > 100
    assert [each.id for each in texts if each.fuzzy or not all([each.string, *each.string])] == []
    assert [(each.id, errors) for each, errors in catalogue.check()] == []
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    assert file.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run `make messages`"


def test_texts_of_django_are_translated_too() -> None:
    with override("vi"):
        assert (gettext("Add link"), gettext("Claims")) == ("Liên kết thêm mới", gettext("Claims"))
