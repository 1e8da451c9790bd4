"""The shape of the tree: a name means one thing, files and functions are short, every package says what belongs in it."""

import ast
from collections import Counter, defaultdict
from collections.abc import Container, Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
SHARED_NAMES = {"__init__.py", "apps.py", "models.py", "admin.py", "urls.py", "views.py", "tasks.py"}
FILES = [
    file.relative_to(ROOT)
    for package in ("factcheck", "api", "verifier")
    for file in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in file.parts
]


def test_files_are_found() -> None:
    assert len(FILES) > 300


def test_a_name_stands_in_three_packages_at_most() -> None:
    places = defaultdict(list)
    for file in FILES:
        places[file.name].append(str(file))
    assert {name: found for name, found in places.items() if len(found) > 3 and name not in SHARED_NAMES} == {}


def test_only_settings_urls_wsgi_and_middleware_are_loose() -> None:
    assert {file.name for file in FILES if file.parent == Path("factcheck")} == {
        "__init__.py",
        "middleware.py",
        "settings.py",
        "urls.py",
        "wsgi.py",
    }


def test_files_are_short() -> None:
    # The verifier is one file on purpose: outsiders download it and run it.
    long = {str(file) for file in FILES if len((ROOT / file).read_text(encoding="utf-8").splitlines()) > 500}
    assert long == {"verifier/verifier.py"}


def test_lines_of_templates_are_short() -> None:
    """A longer line hides its conditions. Move them to the view or a tag, and wrap sentences in `blocktranslate trimmed`."""
    templates = [*ROOT.glob("factcheck/*/templates/**/*.*"), *ROOT.glob("api/templates/**/*.*")]
    assert len(templates) > 150
    lines = ((file, line) for file in templates for line in file.read_text(encoding="utf-8").splitlines())
    assert [f"{file.relative_to(ROOT)}: {line}" for file, line in lines if len(line) > 160] == []


def test_functions_are_short() -> None:
    long = []
    for file in FILES:
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                lines = node.end_lineno - node.lineno + 1
                if lines > 60:
                    long.append(f"{file} {node.name} {lines}")
    assert long == []


def test_rooms_have_twelve_modules_at_most() -> None:
    rooms = Counter(
        file.parent for file in FILES if file.name != "__init__.py" and {"editorial", "website"} & set(file.parts)
    )
    assert {str(room): count for room, count in rooms.items() if count > 12} == {}


def test_imports_form_no_circle() -> None:
    """Imports inside functions and for types count, because they hide a circle instead of removing it."""
    modules = {".".join(file.with_suffix("").parts).removesuffix(".__init__"): file for file in FILES}
    imported = {
        name: set(_imports(ast.parse((ROOT / file).read_text(encoding="utf-8")), modules.keys()))
        for name, file in modules.items()
    }
    TopologicalSorter(imported).prepare()  # raises CycleError, which names the circle


def _imports(tree: ast.Module, modules: Container[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in modules else node.module for name in names)


def test_one_module_encrypts_and_one_derives_keys() -> None:
    places = {name: set[str]() for name in ("Fernet", "salted_hmac", "settings.SECRET_KEY")}
    for file in FILES:
        for name, found in places.items():
            if name in (ROOT / file).read_text(encoding="utf-8"):
                found.add(str(file))
    keys = {"factcheck/tools/secret_key.py"}
    assert places == {
        "Fernet": {"factcheck/editorial/encryption.py"},
        "salted_hmac": set(),
        "settings.SECRET_KEY": keys,
    }


def test_packages_say_what_belongs_in_them() -> None:
    silent = []
    for file in FILES:
        others = [each for each in FILES if each.parent == file.parent and each.name != "__init__.py"]
        is_package = (
            file.name == "__init__.py" and others and not {"management", "locale", "templatetags"} & set(file.parts)
        )
        if is_package:
            docstring = ast.get_docstring(ast.parse((ROOT / file).read_text(encoding="utf-8"))) or ""
            if len(docstring.split()) < 15:
                silent.append(str(file))
    assert silent == []


def test_every_test_is_in_one_shard_of_the_slow_tests() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]
    patterns = " ".join(jobs["prove"]["strategy"]["matrix"]["tests"]).split()
    found = [path for pattern in patterns for path in ROOT.glob(pattern)]
    files = [file for path in found for file in ([*path.rglob("test_*.py")] if path.is_dir() else [path])]
    assert sorted(files) == sorted((ROOT / "tests").rglob("test_*.py"))
