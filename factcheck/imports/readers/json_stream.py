"""An incremental JSON reader: a cursor over a file that keeps only one value in memory.

Python's decoder reads the values, and this module reads only the brackets and commas around them. Streaming libraries
don't provide line numbers and can't continue after a broken line. They also convert numbers, but a rating of "1.50"
must keep its digits.
"""

import codecs
import json
import re
from typing import NoReturn, Protocol

from pydantic import JsonValue

CHUNK = 64 * 1024  # in bytes
MAX_VALUE = 16 * 1024 * 1024  # in characters, for one record

# Byte-order marks count as white space, because concatenated files contain them in the middle.
_SPACE = re.compile(r"[ \t\r\n\ufeff]*")


class Number(str):
    """A JSON number exactly as it is written in the file."""

    __slots__ = ()


DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number)


def length_of(value: object, limit: int) -> int:
    """Return the approximate number of characters of a value in JSON. Counting stops at the limit."""
    length, stack = 0, [value]
    while stack and length < limit:
        value = stack.pop()
        if isinstance(value, dict):
            stack += [*value, *value.values()]
        elif isinstance(value, list):
            stack += value
        length += len(value) + 2 if isinstance(value, str | list | dict) else 4
    return length


class MalformedError(ValueError):
    """The error for invalid JSON at a position of the file. `line` counts from 1."""

    def __init__(self, detail: str, line: int, *, at_line_start: bool = False) -> None:
        super().__init__(detail)
        self.line = line
        self.at_line_start = at_line_start


class TooLongError(MalformedError):
    """The error for a value that is longer than the limit. The cursor is still in front of the value."""


class Bytes(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Cursor:
    """A position in a text that is read once, from start to end.

    Bytes that aren't valid UTF-8 become lone surrogates, so that only records with such bytes are refused.
    """

    def __init__(self, source: Bytes) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._at = 0
        self._ended = False
        self.line = 1
        self.characters = 0  # the number of characters read so far
        start = source.read(CHUNK)
        if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            raise MalformedError("the file is in UTF-16. Save it in UTF-8", 1)
        self._take(start)

    def peek(self) -> str:
        """Return the next character that isn't white space, or "" at the end. Move the cursor to this character."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._go(found.end() if found else self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._fill(CHUNK)

    def take(self, characters: str) -> str:
        """Move past the next character and return it. Raises MalformedError if it isn't one of these characters."""
        found = self.peek()
        if found not in characters or not found:
            expected = " or ".join(repr(character) for character in characters)
            self._fail(f"expected {expected}, found {found!r}" if found else "the file ends too early", self._at)
        self._go(self._at + 1)
        return found

    def value(self, limit: int) -> tuple[JsonValue, int]:
        """Return the next value and its length in characters. Raises TooLongError if it is longer than `limit`."""
        self.peek()
        while True:
            found: JsonValue = None
            end = None
            try:
                found, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                # An error near the end of the buffer can mean that the value continues in the next chunk.
                unfinished = error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - 16
                if self._ended or not unfinished:
                    self._fail(f"not JSON: {error.msg}", error.pos)
            except RecursionError:
                self._fail("nested too deeply", self._at)
            if end is not None and (end < len(self._text) or self._ended):
                length = end - self._at
                if length > limit:
                    raise TooLongError("a record is too long (16 million characters are allowed)", self.line)
                self._go(end)
                return found, length
            buffered = len(self._text) - self._at
            if buffered > limit:
                raise TooLongError("a record is too long (16 million characters are allowed)", self.line)
            # Each attempt decodes the value from its start. Doubling the buffer keeps the total time linear.
            self._fill(max(CHUNK, buffered))

    def rest_of_line(self, limit: int) -> str:
        """Move past the end of the line and return the text before it. Raises TooLongError beyond `limit`."""
        line = self.line
        while (end := self._text.find("\n", self._at)) < 0 and not self._ended and len(self._text) - self._at <= limit:
            self._fill(max(CHUNK, len(self._text) - self._at))
        if end < 0 and not self._ended:
            # The line is too long. The rest of the line is skipped, so that the next line can be read.
            while end < 0 and not self._ended:
                self._at = len(self._text)
                self._fill(CHUNK)
                end = self._text.find("\n", self._at)
            self._go(len(self._text) if end < 0 else end + 1)
            raise TooLongError(f"a line longer than {limit} characters", line)
        end = len(self._text) if end < 0 else end
        text = self._text[self._at : end]
        self._go(min(end + 1, len(self._text)))
        return text

    def at_end(self) -> bool:
        """Return whether the end of the file has been reached, with not even white space left."""
        while self._at >= len(self._text) and not self._ended:
            self._fill(CHUNK)
        return self._at >= len(self._text)

    def at_line_end(self) -> bool:
        """Return whether the rest of the line is white space. The cursor can move past some white space."""
        line = self.line
        return not self.peek() or self.line > line

    def _go(self, to: int) -> None:
        self.line += self._text.count("\n", self._at, to)
        self._at = to

    def _fill(self, size: int) -> None:
        self._text, self._at = self._text[self._at :], 0
        self._take(self._source.read(size))

    def _take(self, some: bytes) -> None:
        self._ended = not some
        text = self._decoder.decode(some, final=self._ended)
        self.characters += len(text)
        self._text += text

    def _fail(self, detail: str, at: int) -> NoReturn:
        line = self.line + self._text.count("\n", self._at, at)
        first = self._text[:at].rpartition("\n")[2]
        raise MalformedError(detail, line, at_line_start=not first and at > 0)
