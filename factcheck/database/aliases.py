"""Django's settings of a database, as a type."""

from typing import NotRequired, TypedDict

Options = dict[str, str | int | None]  # libpq's parameters


class Alias(TypedDict):
    """The settings of one alias. `MISSING` names the variable without which a process can't use the alias."""

    NAME: str
    USER: str
    PASSWORD: str
    HOST: str
    PORT: str
    OPTIONS: NotRequired[Options]
    ENGINE: NotRequired[str]
    CONN_MAX_AGE: NotRequired[int]
    CONN_HEALTH_CHECKS: NotRequired[bool]
    MISSING: NotRequired[str]
