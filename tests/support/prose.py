"""The project's English sentences, and the sentences that break the rules that a program can check.

``python tests/support/prose.py [FILE…]`` prints every breach with its place. Without a file, it reads the whole
project. The rules are in docs/how-to/write-documentation.md.
"""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
MARKDOWN = MarkdownIt("commonmark").enable("table")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LONG = 30  # words
LONG_CELL = 20  # words
RULED_OUT = re.compile(
    r"\b(anew|former|besides|stands?|stood|shall|whoever|whomever|(?<!there )(?:is|are|was|were) no(?! longer)|by (?:it|them)sel(?:f|ves)"
    r"|belongs? into|has it to|forbids? to)\b",
    re.IGNORECASE,
)
BEGINNING = re.compile(r"[\"“(]*(What|Who|Whoever|Of)\b")

_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ x]\]\s+)?")
_SENTENCE_END = re.compile(r"(?<=[.!?…:])[\"”')\]]*\s+(?=[\"“'(\[]*(?:[A-Z]|CODE\b))")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|cf|vs|No|St|Mr|Mrs|Dr)\.$")
_DIRECTIVE = re.compile(r"^(?:noqa|type:|fmt:|pragma|!/|-\*-|nosec|isort:|ruff:)")


@dataclass(frozen=True)
class Sentence:
    file: str
    line: int
    text: str
    is_cell: bool = False

    @property
    def words(self) -> int:
        return len(re.findall(r"[\w’'&/-]+", self.text))

    @property
    def breaches(self) -> list[str]:
        found = []
        if self.words > (LONG_CELL if self.is_cell else LONG):
            found.append(f"cell of {self.words} words" if self.is_cell else f"{self.words} words")
        if ";" in self.text:
            found.append("semicolon")
        if word := RULED_OUT.search(self.text):
            found.append(f"“{word[0]}”")
        if not self.is_cell and (word := BEGINNING.match(self.text)) and not self.text.rstrip('"”)').endswith("?"):
            found.append(f"begins with “{word[1]}”")
        return found


def sentences_of(file: Path) -> Iterator[Sentence]:
    """Yield the sentences of a page, of a Python file, or of the comments of an SQL file."""
    text = file.read_text(encoding="utf-8")
    name = str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else str(file)
    readers = {".md": _of_markdown, ".txt": _of_markdown, ".py": _of_python, ".sql": _of_sql, ".po": _of_catalogue}
    if name.startswith(("tests/", "bench/")):
        readers[".py"] = _of_docstrings  # texts in tests are data
    for line, paragraph, is_cell in readers[file.suffix](text):
        plain = _plain(paragraph)
        if is_cell:
            yield Sentence(name, line, plain, is_cell=True)
        else:
            for sentence in _split(plain):
                if len(sentence.split()) > 2:
                    yield Sentence(name, line, sentence)


def files() -> list[Path]:
    """Return all files with English prose that Git knows. Vietnamese pages have other rules."""
    listed = subprocess.run(
        [
            "git",
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "*.md",
            "factcheck/**.py",
            "api/**.py",
            "verifier/**.py",
            "tests/**.py",
            "*.sql",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    found = [ROOT / name for name in listed if not name.endswith(".vi.md") and "/migrations/" not in name]
    return [file for file in found if file.is_file()]


def _split(text: str) -> Iterator[str]:
    begun = ""
    for piece in _SENTENCE_END.split(text):
        begun = f"{begun} {piece}".strip()
        if not _ABBREVIATION.search(begun):
            yield begun
            begun = ""
    if begun:
        yield begun


def _plain(text: str) -> str:
    """Return the text without its markup. Code becomes one word, and pictures are left out."""
    words = []
    for token in MARKDOWN.parseInline(text)[0].children or []:
        if token.type == "code_inline":
            words.append("CODE")
        elif token.type in ("softbreak", "hardbreak"):
            words.append(" ")
        elif token.type in ("text", "text_special"):
            words.append(token.content)
    return re.sub(r"\s+", " ", "".join(words)).strip()


def _of_markdown(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield the paragraphs and the cells of tables. Headings and blocks of code aren't sentences."""
    around = ""
    for token in MARKDOWN.parse(text):
        if token.type.endswith("_open"):
            around = token.tag
        elif token.type == "inline" and around not in HEADINGS:
            yield token.map[0] + 1 if token.map else 1, token.content, around in ("td", "th")


def _of_python(text: str) -> Iterator[tuple[int, str, bool]]:
    yield from _of_docstrings(text)
    tree = ast.parse(text)
    docstrings = {ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, DOCUMENTED)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in docstrings
        if is_text and re.match(r"[A-Z][^\n]* [^\n]* [^\n]* [^\n]*[.!?]$", node.value):
            yield node.lineno, re.sub(r"%\(\w+\)[sd]|\{[^}]*\}", "CODE", node.value), False


def _of_docstrings(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield the docstrings and comments of a Python file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, DOCUMENTED):
            for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:- |\d+\. ))", ast.get_docstring(node) or ""):
                yield getattr(node, "lineno", 1), _ITEM.sub("", paragraph), False
    yield from _comments_of(text)


def _comments_of(text: str) -> Iterator[tuple[int, str, bool]]:
    block: list[str] = []
    last = -1
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT or _DIRECTIVE.match(token.string.lstrip("#").strip()):
            continue
        alone = token.line[: token.start[1]].strip() == ""
        if block and not (alone and token.start[0] == last + 1):
            yield last - len(block) + 1, "\n".join(block), False
            block = []
        block.append(re.sub(r"\s*#\s*(?:noqa|type:|pragma).*$", "", token.string.lstrip("#").strip()))
        last = token.start[0]
        if not alone:
            yield last, block.pop(), False
    if block:
        yield last - len(block) + 1, "\n".join(block), False


def _of_sql(text: str) -> Iterator[tuple[int, str, bool]]:
    block: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip().startswith("--"):
            block.append(line.strip().lstrip("-").strip())
        elif block:
            yield number - len(block), "\n".join(block), False
            block = []


def _of_catalogue(text: str) -> Iterator[tuple[int, str, bool]]:
    for message in read_po(io.BytesIO(text.encode())):
        if message.id:
            english = message.id if isinstance(message.id, str) else message.id[0]
            yield message.lineno or 1, re.sub(r"%\(\w+\)[sd]|\{[^}]*\}", "CODE", english), False


def main() -> None:
    count = broken = 0
    for file in [Path(name).resolve() for name in sys.argv[1:]] or files():
        for sentence in sentences_of(file):
            count += 1
            if sentence.breaches:
                broken += 1
                print(f"{sentence.file}:{sentence.line}: {', '.join(sentence.breaches)}: {sentence.text[:300]}")
    print(f"{count} sentences and cells, {broken} with a breach")


if __name__ == "__main__":
    main()
