"""The query parameters of a request. All faults are reported in one problem, with the most similar known names."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import InitVar, dataclass, field
from typing import TypeVar
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, QueryDict

from api.http.problems import ParameterProblem
from factcheck.record.lists.values import listed, meant, nearest

Value = TypeVar("Value")
Fault = tuple[str, str]  # a parameter name and a sentence for the client
NO_UTF8 = "This isn't UTF-8. Percent-encode the value as UTF-8, for example chùa as ch%C3%B9a."


def unknown_parameters(names: Iterable[str], known: Collection[str]) -> list[Fault]:
    return [(name[:100], unknown_parameter(name, known)) for name in names if name not in known]


def require_utf8(request: HttpRequest) -> None:
    """Raise ParameterProblem for bytes that aren't UTF-8. Django would replace these bytes with U+FFFD."""
    query = request.META.get("QUERY_STRING", "").encode("latin-1")  # as WSGI passes bytes (PEP 3333)
    if not query or _is_utf8(query):
        return
    pairs = [pair.partition(b"=") for pair in query.split(b"&") if not _is_utf8(pair)]
    names = [unquote_to_bytes(name.replace(b"+", b" ")).decode(errors="replace") for name, _, _ in pairs]
    raise ParameterProblem([(name[:100], NO_UTF8) for name in names])


def _is_utf8(encoded: bytes) -> bool:
    try:
        unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        return False
    return True


@dataclass
class Parameters:
    """The parameters of a request. `limit` means `page_size`.

    `faults` starts with the parameters that the endpoint doesn't support.
    """

    query: QueryDict
    known: InitVar[Collection[str]]
    faults: list[Fault] = field(init=False)

    def __post_init__(self, known: Collection[str]) -> None:
        if "limit" in self.query and "page_size" in known and "page_size" not in self.query:
            self.query = self.query.copy()
            self.query.setlist("page_size", self.query.pop("limit"))
        self.faults = unknown_parameters(self.query, known)

    def read(self, name: str, reader: Callable[[str], Value], default: Value) -> Value:
        """Return the value that `reader` (`record.lists.values`) parses, or the default."""
        found = self.query.getlist(name)
        if len(found) > 1:
            self.faults.append((name, "Send this parameter only once."))
        elif found:
            try:
                return reader(found[0])
            except ValueError as error:
                self.faults.append((name, str(error)))
        return default

    def raise_faults(self) -> None:
        """Raise ParameterProblem with all faults, if there are any."""
        if self.faults:
            raise ParameterProblem(self.faults)


def unknown_parameter(name: str, known: Collection[str]) -> str:
    if not known:
        return "This URL doesn't have any parameters."
    return f"This URL doesn't have this parameter.{meant(name, known) or f' Use {listed(known)}.'}"


def unknown_field(path: str, known: Collection[str]) -> str:
    """Return a sentence about a field that doesn't exist. A name without its parents is suggested with its parents."""
    last = path.rpartition(".")[2]
    near = [each for each in known if each.rpartition(".")[2] == last][:2] or nearest(path, known)
    meant = (
        f" Did you mean {' or '.join(near)}?" if near else " The page of this list in the reference names all fields."
    )
    return f"There isn't a field {path[:100]}.{meant}"
