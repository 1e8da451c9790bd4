"""A kept copy as people see it here: its text, its tables and its own pictures, with the quotes marked.

The clean room reads the copy, and `website/copy.html` shows the view. Nothing of the copy's markup, styles or scripts
is used, and no address in the copy is opened.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Annotated, NamedTuple

from annotated_types import MaxLen
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pydantic import BaseModel, StringConstraints

from factcheck.clean_room.copy_decoder import MAX_BLOCKS, MAX_SHOWN
from factcheck.clean_room.door import decode
from factcheck.record.formats.quotes import find_quotes
from factcheck.record.formats.text import plain, replace_forbidden

logger = logging.getLogger(__name__)


_Kind = Annotated[str, StringConstraints(pattern="^-?(p|li|quote|row|img|page|h[1-6])$")]


class _Found(BaseModel):
    """The answer of the clean room, which hostile code could choose."""

    title: str | None = None
    language: str | None = None
    blocks: Annotated[list[tuple[_Kind, str, int]], MaxLen(MAX_BLOCKS)]
    cut: bool = False


class Block(NamedTuple):
    """A block of `clean_room/copy_decoder.py`. The cells of a row are joined by "</td><td dir=auto>"."""

    kind: str
    html: SafeString
    number: int
    is_margin: bool


class CopyView(NamedTuple):
    """The content of a copy. Without blocks, the copy can't be shown here. `missing` are quotes that it lacks."""

    title: str = ""
    language: str = ""
    blocks: Sequence[Block] = ()
    is_cut: bool = False
    missing: Sequence[str] = ()


def view_copy(content: bytes | Iterable[bytes], url: str, quotes: Sequence[str] = ()) -> CopyView:
    """Return the view of a stored copy: a WARC, WACZ, MHTML, HTML or PDF file, or a picture.

    `url` is the address of the page in a copy with several pages. A copy that can't be read has no blocks.
    """
    try:
        found = _Found.model_validate(decode("copy", content, url=url))
        if sum(len(text) for _kind, text, _number in found.blocks) > MAX_SHOWN:
            raise ValueError("too long")  # noqa: TRY301 - the answer of a hostile file
    except (ValueError, OSError) as problem:
        logger.info("The copy of %s can't be shown: %s", url, problem)
        return CopyView()
    texts = [replace_forbidden(text) for _kind, text, _number in found.blocks]
    kinds = [kind.removeprefix("-") for kind, _text, _number in found.blocks]
    searched = ["" if kind in ("img", "page") else text for kind, text in zip(kinds, texts, strict=True)]
    places = find_quotes(searched, quotes)
    marks: dict[int, list[tuple[int, int]]] = {}
    for number, start, end in sorted(place for of_quote in places.values() for place in of_quote or ()):
        marks.setdefault(number, []).append((start, end))
    level, blocks, first = 2, list[Block](), min(marks, default=-1)
    for place, (kind, text) in enumerate(zip(kinds, texts, strict=True)):
        if kind[0] == "h":  # below the headings of our page, and without gaps
            level = min(int(kind[1]) + 2, level + 1, 6)
        html = _marked(text, marks.get(place, ()), first=place == first)
        html = SafeString(html.replace("\t", "</td><td dir=auto>")) if kind == "row" else html
        is_margin = found.blocks[place][0] != kind and place not in marks
        blocks.append(Block(f"h{level}" if kind[0] == "h" else kind, html, found.blocks[place][2], is_margin))
    missing = [quote for quote, found_places in places.items() if found_places is None]
    return CopyView(plain(replace_forbidden(found.title or "")), found.language or "", blocks, found.cut, missing)


def copy_picture(content: bytes | Iterable[bytes], url: str, number: int) -> tuple[bytes, str]:
    """Return a picture of the copy, encoded again, and its media type. Raise NotDecoded, or OSError without a room."""
    found = decode("picture_of_copy", content, url=url, number=number)
    return found["content"], found["media_type"]


def _marked(text: str, marks: Iterable[tuple[int, int]], *, first: bool) -> SafeString:
    """Return the text as HTML. The first mark of a copy has an id, so that the page opens there."""
    html, done = "", 0
    for start, end in marks:
        start = max(start, done)  # quotes can overlap
        if start < end:
            marked = escape(text[start:end]).replace("\t", "</mark>\t<mark>")
            html += f"{escape(text[done:start])}<mark{' id=quote' * first}>{marked}</mark>".replace("<mark></mark>", "")
            done, first = end, False
    return mark_safe(html + escape(text[done:]))  # noqa: S308 - escaped above
