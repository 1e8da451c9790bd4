"""The kinds of faults in values, with a message for each kind. The caller translates the messages."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import ErrorDetails

from factcheck.record.statements.texts import _

MESSAGES: Mapping[str, str] = {
    "missing": _("This value is missing."),
    "blank": _("This field cannot be blank."),
    "unknown_key": _("This object can't contain this key. Known keys: %(keys)s."),
    "wrong_type": _("Give a JSON value of this type: %(types)s."),
    "no_changes": _("Name at least one field to change."),
    "too_long": _("Write at most %(limit)s characters. This text has %(count)s."),
    "too_many": _("Give at most %(limit)s values."),
    "forbidden_character": _("The character %(character)s can't be stored. Delete the character or retype the text."),
    "one_of": _("Use one of these values: %(words)s."),
    "language": _("Write the language as a tag such as vi, en or pt-BR (BCP 47)."),
    "language_key": _("Use each label's language as its key, with a tag such as vi, en or pt-BR (BCP 47)."),
    "web_address": _("Write the full URL, with https:// or http:// and without spaces."),
    "disguised_address": _("Delete the part before the @, because it hides which site the URL leads to."),
    "site": _("Enter only the host, in lower case, without https:// or a slash, such as example.org."),
    "slug": _("Use 1 to 60 characters from a–z, digits, hyphens and underscores."),
    "uuid": _("Give an ID (UUID)."),
    "day": _("Give a date such as 2026-10-05."),
    "zoned_moment": _("Write the date, the time and the time zone, such as 2026-10-05T09:30+07:00."),
    "country": _("Write the two-letter country code, such as VN."),
    "sha256": _("Enter the SHA-256 hash as 64 characters from 0–9 and a–f."),
    "faint_color": _("This colour is too pale for light pages, or too dark for dark pages. Choose another one."),
    "color": _("Write the colour as # and six characters from 0–9 and a–f, such as #c2410c."),
    "number": _("Give a whole number from -%(most)s to %(most)s."),
    "other_spelling": _("Write this value as %(value)s."),
    "no_verdict": _("Give a scale and a slug, or the publisher's verdict in words (original)."),
    "wrong_claimant": _("Name a public figure or an organisation. Describe a private person, without a name."),
    "answer_and_none": _("An answer came, or none came. Delete the answer, or don’t state that none came."),
    "before_asking": _("An answer and its deadline can’t be earlier than the day of asking."),
    "no_source": _("Enter a title or a URL for the source."),
}
# The codes under which faults are counted. All other kinds count as "wrong_form".
_CODES = {"missing", "unknown_key", "wrong_type", "too_long", "forbidden_character", "no_verdict", "wrong_claimant"}
_SAME_CODE = {
    "language_key": "unknown_key",
    "blank": "missing",
    "no_source": "missing",
    "too_many": "too_long",
}
# The kinds of faults, and the expected JSON types, for pydantic's error types.
_KINDS = {"missing": "missing", "too_short": "missing", "too_long": "too_many"}
_TYPES = {
    "string_type": "string", "int_type": "integer", "int_from_float": "integer", "bool_type": "boolean",
    "list_type": "array", "dict_type": "object", "model_type": "object",
}  # fmt: skip
_OUT_OF_RANGE = ("greater_than_equal", "less_than_equal", "int_parsing_size")
Location = tuple[int | str, ...]
Object = Mapping[str, bool]


class InvalidValue(ValueError):
    """The error for a value that breaks a rule.

    `kind` is the kind of fault, and `params` are the parameters of its message.
    """

    def __init__(self, kind: str, **params: Any) -> None:
        super().__init__(kind)
        self.kind, self.params = kind, params


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: its position as a JSON pointer (RFC 6901), its kind, and the parameters of its message."""

    pointer: str
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The code under which this kind of fault is counted."""
        return _SAME_CODE.get(self.kind) or (self.kind if self.kind in _CODES else "wrong_form")

    def message(self, translate: Callable[[str], str] = str) -> str:
        """Return the message for people. Pass Django's `gettext` to translate the message."""
        return translate(MESSAGES[self.kind]) % self.params


def faults_of(errors: list[ErrorDetails], object_at: Callable[[Location], Object]) -> Iterator[Fault]:
    """Convert pydantic's errors to faults. `object_at` returns an object's keys and whether they may be null."""
    for error in errors:
        error_type, location, params = error["type"], error["loc"], error.get("ctx", {})
        if isinstance(problem := params.get("error"), InvalidValue):
            yield Fault(
                pointer(location), "language_key" if location[-1:] == ("[key]",) else problem.kind, problem.params
            )
        elif error_type == "extra_forbidden":
            yield Fault(pointer(location), "unknown_key", {"keys": ", ".join(object_at(location[:-1]))})
        elif error_type in _KINDS:
            yield Fault(pointer(location), _KINDS[error_type], {"limit": params.get("max_length")})
        elif error_type in _OUT_OF_RANGE:
            yield Fault(pointer(location), "number", {"most": params.get("le", -params.get("ge", 0))})
        elif error["input"] is None and location and isinstance(location[-1], str):
            # `Rule` has already converted a blank text to null.
            yield Fault(pointer(location), "blank")
        else:
            null = isinstance(location[-1], str) and object_at(location[:-1]).get(location[-1]) if location else False
            yield Fault(pointer(location), "wrong_type", {"types": _TYPES[error_type] + (" or null" if null else "")})


def pointer(location: Location) -> str:
    """Return the location as a JSON pointer. Long keys are cut."""
    return "".join(f"/{pointer_step(str(step))}" for step in location if step != "[key]")


def pointer_step(key: str) -> str:
    """Return a key as a step of a JSON pointer. Long keys are cut."""
    return key[:100].replace("~", "~0").replace("/", "~1")
