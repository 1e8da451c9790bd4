"""The how-to pages for operators, in sections, and the commands of each section."""

import re
from dataclasses import dataclass, field
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
# Pages of other readers that an operator follows on the server too.
OTHERS = ("keep-a-mirror", "release")
PROGRAMS = (
    "apt-get ", "curl ", "factcheck-manage ", "git ", "manage.py ", "openssl ", "podman ", "psql ", "python3 ", "systemctl ",
    ".venv/bin/",
)  # fmt: skip
_COMMAND = re.compile(
    rf"^ *```sh\n(?P<block>.*?)^ *```$|`(?P<inline>(?:{'|'.join(map(re.escape, PROGRAMS))})[^`\n]+)`",
    re.MULTILINE | re.DOTALL,
)


def operators_pages() -> list[str]:
    """The pages that docs/README.md lists for operators, by name."""
    table = (DOCS / "README.md").read_text(encoding="utf-8").partition("\n## Operators\n")[2].partition("\n## ")[0]
    return [*re.findall(r"\]\(how-to/([a-z-]+)\.md\)", table), *OTHERS]


def sections(page: str) -> dict[str, str]:
    """The commands of each section, in their order as one script. The part before the first heading is ``""``."""
    text = (DOCS / f"how-to/{page}.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)\n", f"## \n{text}".replace("## \n", "## _\n", 1), flags=re.MULTILINE)[1:]
    return {
        heading.strip("_"): script
        for heading, part in zip(parts[::2], parts[1::2], strict=True)
        if (script := _script(part))
    }


def unmarked_blocks(page: str) -> list[str]:
    """Blocks that say neither that they are commands (`sh`) nor what they are."""
    text = (DOCS / f"how-to/{page}.md").read_text(encoding="utf-8")
    return [
        block for mark, block in re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL) if not mark
    ]


@dataclass(frozen=True)
class Chapter:
    """A section, with what a person would fill in, and what must be there before and must be true after it."""

    page: str
    heading: str = ""
    fill: dict[str, str] = field(default_factory=dict)
    before: str = ""
    after: str = ""
    network: bool = False
    seconds: int = 120

    def script(self, general: dict[str, str], left_out: dict[str, str]) -> str:
        found = sections(self.page)[self.heading]
        for command in left_out:
            found = found.replace(f"{command}\n", "")
        for placeholder, value in {**self.fill, **general}.items():
            assert placeholder in found or placeholder in general, f"{self}: {placeholder} isn't there"
            found = found.replace(placeholder, value)
        return f"cd /opt/factcheck\n{self.before}\n{found}\n{self.after}"

    def __str__(self) -> str:
        return f"{self.page}: {self.heading or 'beginning'}"


def _script(text: str) -> str:
    found = (match["block"] or f"{match['inline']}\n" for match in _COMMAND.finditer(text))
    return "".join(re.sub(r"^ {3}", "", command, flags=re.MULTILINE) for command in found)
