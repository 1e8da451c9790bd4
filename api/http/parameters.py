"""The parameters of a request, read one after the other; what is wrong with any of them is told at once."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import InitVar, dataclass, field
from typing import TypeVar

from django.http import QueryDict

from api.http.problems import ParameterProblem
from api.http.suggestions import unknown_parameter

Value = TypeVar("Value")
Fault = tuple[str, str]  # a parameter's name, and a sentence for whoever sent it


def unknown_parameters(names: Iterable[str], known: Collection[str]) -> list[Fault]:
    return [(name[:100], unknown_parameter(name, known)) for name in names if name not in known]


@dataclass
class Parameters:
    """`faults` are what is wrong so far, which begins with the parameters that the address does not know."""

    query: QueryDict
    known: InitVar[Collection[str]]
    faults: list[Fault] = field(init=False)

    def __post_init__(self, known: Collection[str]) -> None:
        self.faults = unknown_parameters(self.query, known)

    def read(self, name: str, reader: Callable[[str], Value], default: Value) -> Value:
        """Return what the reader (`api.http.values`) makes of the value, or the default without a valid one."""
        found = self.query.getlist(name)
        if len(found) > 1:
            self.faults.append((name, "Give this parameter once."))
        elif found:
            try:
                return reader(found[0])
            except ValueError as error:
                self.faults.append((name, str(error)))
        return default

    def refuse_faults(self) -> None:
        """Raises ParameterProblem with everything that is wrong."""
        if self.faults:
            raise ParameterProblem(self.faults)
