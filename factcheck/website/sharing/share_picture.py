"""The picture that platforms show with a link to a review. The fonts are in `fonts/`.

Text that the fonts can't draw is left out, so the picture never shows empty boxes. Long text ends in an ellipsis, and a
character with its marks is never split. Each part is drawn into its own area, so nothing can cover the verdict.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import islice
from pathlib import Path

import regex
import segno
from PIL import Image, ImageDraw, ImageFont

from factcheck.record.formats.text import nfc

WIDTH, HEIGHT = 1200, 630
MAX_CHARACTERS = 400  # More characters never fit.
MAX_CLUSTER = 16  # code points of a character with its marks. No script uses so many.
_FONTS = Path(__file__).parent / "fonts"
_MARGIN, _BAND, _QR = 60, 306, 225
_PAPER, _INK, _SOFT, _WHITE = "#fbfaf6", "#1c1a17", "#5b554c", "#ffffff"
_TONES = {"low": "#9a2a1f", "middle": "#7d5200", "high": "#24623a", "none": "#4b4740"}
_VERDICT_SIZES, _TEXT_SIZES = (112, 96, 80, 60), (38, 33, 29)
_ELLIPSIS = "…"
_LINE = 1.3  # em. Vietnamese capitals with two marks need 1.05 em above the baseline, and 0.2 em below it.
_MISSING = "\uffff"  # never has a glyph
_EMOJI_PARTS = regex.compile(r"[\ufe0e\ufe0f\u20e3]")
_UNNAMED = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


@dataclass(frozen=True, slots=True)
class Card:
    """The words on a picture, as `drawable` returns them. `tone` is as in the filter `scale`, or "none"."""

    verdict: str
    tone: str
    newsroom: str
    date: str
    note: str  # in smaller letters below the verdict
    label: str  # above the text
    text: str
    reason: str  # below the text
    footer: str
    url: str  # where the QR code leads


@lru_cache(maxsize=128)
def paint(card: Card) -> bytes:
    """Return the picture as PNG."""
    tone, inner = _TONES[card.tone], WIDTH - 2 * _MARGIN
    beside = inner - _QR - 60  # the width of the words next to the QR code
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    shapes = ImageDraw.Draw(image)
    shapes.rectangle((0, 0, WIDTH, _BAND), fill=tone)
    _write(image, card.newsroom, (_MARGIN, 26, inner - 340, 50), _WHITE, sizes=(30,), side="left")
    _write(image, card.date, (WIDTH - _MARGIN - 320, 26, 320, 50), _WHITE, sizes=(28,), side="right")
    _write(image, card.verdict, (_MARGIN, 78, inner, 164), _WHITE, sizes=_VERDICT_SIZES, bold=True)
    _write(image, card.note, (_MARGIN, 246, inner, 46), _WHITE, sizes=(28,))
    _write(image, card.label, (_MARGIN, _BAND + 22, beside, 44), tone, sizes=(26,), bold=True)
    height = 100 if card.reason else 184
    shapes.rectangle((_MARGIN, _BAND + 78, _MARGIN + 5, _BAND + 62 + height), fill=tone)
    _write(image, card.text, (_MARGIN + 26, _BAND + 70, beside - 26, height), _SOFT, sizes=_TEXT_SIZES)
    _write(image, card.reason, (_MARGIN, _BAND + 176, beside, 84), _INK, sizes=_TEXT_SIZES[1:])
    _write(image, card.footer, (_MARGIN, HEIGHT - 62, beside, 42), _INK, sizes=(24,))
    code = _qr_code(card.url)
    image.paste(code, (WIDTH - _MARGIN - code.width, _BAND + 36))
    file = BytesIO()
    image.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def drawable(text: str) -> str:
    """Return the text without emoji, as the picture shows it.

    Return an empty string if the fonts lack one of its letters.
    """
    shown = []
    for cluster in islice(regex.finditer(r"\X", nfc(" ".join(text.split()))), MAX_CHARACTERS + 1):
        characters = _EMOJI_PARTS.sub("", cluster.group())[:MAX_CLUSTER]
        missing = [each for each in characters if not _has_glyph(each)]
        if any(not _UNNAMED.fullmatch(each) for each in missing):
            return ""
        if missing[:1] != list(characters[:1]):
            shown.append("".join(each for each in characters if each not in missing))
    return " ".join("".join(shown).split())


def _write(
    image: Image.Image,
    text: str,
    box: tuple[int, int, int, int],
    color: str,
    sizes: tuple[int, ...],
    bold: bool = False,
    side: str = "",
) -> None:
    """Write the text into the box (left, top, width, height), in the largest size in which all of it fits.

    The text is centred vertically. Without a `side`, the text begins at the side where its script begins.
    """
    # Try the sizes from the largest. If the text doesn't fit even in the smallest size, cut it to the lines that fit.
    # The text is drawn on a mask of the box's size, so nothing is drawn outside the box.
    left, top, width, height = box
    bold = bold and all(_has_glyph(each, bold=True) for each in text)
    for size in sizes:
        font = _font(size, bold)
        most = max(1, int(height // (size * _LINE)))
        lines = list(islice(_lines(text, font, width), most + 1))
        if len(lines) <= most:
            break
    if len(lines) > most:
        lines = [*lines[: most - 1], _shorten(lines[most - 1], font, width)]
    mask = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(mask)
    direction = "rtl" if _is_right_to_left(text) else "ltr"
    x, anchor = (width, "rs") if (side or direction) in ("right", "rtl") else (0, "ls")
    # Capital letters are 0.71 em high. The baseline is half of this below the centre of its line.
    baseline = (height - size * _LINE * (len(lines) - 1)) / 2 + size * 0.36
    for line in lines:
        draw.text((x, baseline), line, fill=255, font=font, anchor=anchor, direction=direction)
        baseline += size * _LINE
    image.paste(color, (left, top), mask)


def _lines(text: str, font: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    """Yield the lines of the text. Break it at spaces, and inside a word only if the word is wider than a line."""
    line = ""
    for word in text.split():
        space = " " if line else ""
        for piece in [word] if font.getlength(word) <= width else regex.findall(r"\X", word):
            if line and font.getlength(line + space + piece) > width:
                yield line
                line, space = "", ""
            line += space + piece
            space = ""
    if line:
        yield line


def _shorten(line: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """Return the beginning of the line with an ellipsis."""
    clusters = regex.findall(r"\X", line)
    while clusters and font.getlength("".join(clusters) + _ELLIPSIS) > width:
        clusters.pop()
    return "".join(clusters).rstrip() + _ELLIPSIS


def _qr_code(url: str) -> Image.Image:
    """Return the QR code with its quiet zone of four modules. Each module has a whole number of pixels."""
    rows = [list(row) for row in segno.make(url, error="m", micro=False).matrix_iter(border=4)]
    code = Image.new("L", (len(rows), len(rows)))
    code.putdata([0 if dark else 255 for row in rows for dark in row])
    scale = max(1, _QR // len(rows))
    return code.resize((len(rows) * scale,) * 2, Image.Resampling.NEAREST).convert("RGB")


def _is_right_to_left(text: str) -> bool:
    """Return whether the first letter belongs to a script that is written from right to left."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((each for each in directions if each in ("L", "R", "AL")), "L") != "L"


@lru_cache(maxsize=64)
def _font(size: int, bold: bool, layout: ImageFont.Layout = ImageFont.Layout.RAQM) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONTS / f"CardSans-{'Bold' if bold else 'Regular'}.ttf", size, layout_engine=layout)


def _has_glyph(character: str, bold: bool = False) -> bool:
    return _pixels(character, bold) != _pixels(_MISSING, bold)


@lru_cache(maxsize=4096)
def _pixels(character: str, bold: bool) -> tuple[tuple[int, int], bytes]:
    """Return the glyph as pixels. All characters without a glyph share the font's empty box."""
    mask = _font(20, bold, ImageFont.Layout.BASIC).getmask(character)
    return mask.size, bytes(mask)
