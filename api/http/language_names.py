"""Finds the language tag that a client meant when it sent the name of a language."""

import unicodedata
from functools import cache

from django.conf.locale import LANG_INFO
from django.utils import translation

from api.http.suggestions import nearest


def meant_tag(text: str) -> str | None:
    """The tag of the language with this name in English, in Vietnamese or in the language. Typos are accepted."""
    name = _folded(text)
    names = _tags()
    if name not in names:
        name = next(iter(nearest(name, names)), "")
    return names.get(name)


@cache
def _tags() -> dict[str, str]:
    """Maps folded names to tags. The plain tag of a language comes before the tags of its regions."""
    found: dict[str, str] = {}
    with translation.override("vi"):
        for code in sorted(LANG_INFO, key=lambda code: (code.count("-"), code)):
            info = LANG_INFO[code]
            if "name" not in info:  # only an alias
                continue
            for name in (info["name"], info["name_local"], translation.gettext(info["name"])):
                found.setdefault(_folded(name), code)
    return found


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFD", text[:100].casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
