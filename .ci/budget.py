"""Compare the size of the project with the ceilings in ``budget.toml``. `make check` runs this file.

    python .ci/budget.py            print each sum beside its ceiling; exit code 1 if one is above it
    python .ci/budget.py --packages print the lines of Python of each package

Lines are counted without blank lines, comments and docstrings, so explaining code costs nothing. A file that git
ignores isn't counted, so the built editor is left out.
"""

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
COMMENTS = {
    ".js": re.compile(r"/\*(?s:.*?)\*/|^\s*//.*$", re.MULTILINE),
    ".css": re.compile(r"/\*.*?\*/", re.DOTALL),
    ".html": re.compile(r"\{#.*?#\}|\{% comment .*?endcomment %\}|<!--.*?-->", re.DOTALL),
    ".sql": re.compile(r"^\s*--.*$", re.MULTILINE),
}
COMMENTS[".txt"] = COMMENTS[".html"]  # templates of e-mails
OUTSIDE = {"bench", "deploy", "docs", "examples", "tests", ".ci"}  # everything else is shipped


def main() -> int:
    sums = measure()
    limits = tomllib.loads((ROOT / "budget.toml").read_text(encoding="utf-8"))["ceilings"]
    if "--packages" in sys.argv:
        for package, lines in sorted(packages().items()):
            print(f"{lines:7,}  {package}")
    for name, limit in limits.items():
        print(f"{sums[name]:7,} of {limit:7,}  {name}{'   ABOVE ITS CEILING' if sums[name] > limit else ''}")
    for name in sorted(sums.keys() - limits.keys()):
        print(f"{sums[name]:7,}             {name}")
    if above := [name for name, limit in limits.items() if sums[name] > limit]:
        print(f"Above the ceiling in budget.toml: {', '.join(above)}. Remove lines elsewhere first.", file=sys.stderr)
    return 1 if above else 0


def measure() -> Counter[str]:
    """Return each sum by its name in ``budget.toml``."""
    sums: Counter[str] = Counter()
    for file in tracked():
        shipped = file.parts[0] not in OUTSIDE
        if file.suffix == ".sql" or "migrations" in file.parts:
            sums["sql_and_migrations"] += lines_of(file)
        elif file.suffix == ".py" and shipped:
            sums["python"] += lines_of(file)
            sums["numeric_constants"] += numeric_constants(file)
        elif file.suffix == ".py" and file.parts[0] in ("tests", "bench"):
            sums[file.parts[0]] += lines_of(file)
        elif file.suffix in COMMENTS and shipped and len(file.parts) > 1:
            sums["scripts_styles_templates"] += lines_of(file)
        elif file.name.startswith("requirements") and file.suffix == ".in":
            sums["direct_dependencies"] += len(re.findall(r"^[A-Za-z]", (ROOT / file).read_text(), re.MULTILINE))
    return sums


def packages() -> Counter[str]:
    """Return the lines of Python of each shipped package, such as ``factcheck/record``, without migrations."""
    lines: Counter[str] = Counter()
    for file in tracked():
        if file.suffix == ".py" and file.parts[0] not in OUTSIDE and "migrations" not in file.parts:
            lines["/".join(file.parts[:-1][:2]) or "."] += lines_of(file)
    return lines


def tracked() -> Iterator[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return (Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file())


def lines_of(file: Path) -> int:
    """Return the lines of a file that are neither blank, nor a comment, nor part of a docstring."""
    source = (ROOT / file).read_text(encoding="utf-8")
    if file.suffix != ".py":
        return sum(1 for line in COMMENTS[file.suffix].sub("", source).splitlines() if line.strip())
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in LAYOUT:
            lines.update(range(token.start[0], token.end[0] + 1))
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            lines.difference_update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return len(lines)


def numeric_constants(file: Path) -> int:
    """Return how many names of a module are set to a number, such as ``PATIENCE = 60`` or ``LIMIT = 2 * 2**20``."""
    calculated = ast.Constant | ast.BinOp | ast.UnaryOp | ast.operator | ast.unaryop
    count = 0
    for statement in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            nodes = list(ast.walk(statement.value))
            constants = [type(node.value) for node in nodes if isinstance(node, ast.Constant)]
            count += all(isinstance(node, calculated) for node in nodes) and set(constants) <= {int, float}
    return count


if __name__ == "__main__":
    sys.exit(main())
