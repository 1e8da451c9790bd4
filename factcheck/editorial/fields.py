"""Model fields for text that people write. The text has a limited length, is in NFC, and has no control characters.

Forms and `full_clean` report errors to editors, and saving normalises text from programs. A CHECK constraint on the
column refuses invalid text.
"""

from contextlib import suppress
from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.text import capfirst
from django.utils.translation import gettext

from factcheck.record.formats.text import clean_text, find_forbidden
from factcheck.record.statements.faults import MESSAGES, InvalidValue
from factcheck.record.statements.parts import Part, choices_of, find_rule, keys_of, parts_of, value_type
from factcheck.record.statements.statement_labels import choices, label
from factcheck.record.statements.values import COLOR, DAY, LANGUAGE, MAX_SAME_AS, URL, Rule

MAX_WORD = 20  # characters of a code, such as "refutes"

# The characters that factcheck.record.formats.text refuses, in PostgreSQL's syntax.
_FORBIDDEN_SQL = r"[\u0001-\u0008\u000b-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]"


def field_options(part: type[Part], name: str) -> dict[str, Any]:
    """Return the options of a column or form field from the statement's model: label, and limit or choices."""
    field = part.model_fields[name]
    found: dict[str, Any] = {"verbose_name": label(field.title or name)}
    rule = find_rule(part, name)
    if rule and rule.choices:
        found["choices"] = choices(rule.choices)
    elif rule and rule.limit and "maxLength" in rule.schema:
        found["max_length"] = rule.limit
    return found


def fault_message(kind: str) -> str:
    """Return the error message for a kind of fault."""
    return gettext(MESSAGES[kind])


def validate_characters(value: str) -> None:
    """Raise ValidationError for control characters, because programs can interpret them differently from people."""
    if forbidden := find_forbidden(value):
        raise ValidationError(
            fault_message("forbidden_character"),
            code="forbidden_character",
            params={"character": forbidden},
        )


class ProseField(models.TextField[str, str]):
    """Multi-line text with a limit in characters. A missing text is stored as "" and published as null."""

    def __init__(self, verbose_name: Any = None, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(verbose_name, max_length=max_length, **kwargs)
        self.validators = [*self.validators, MaxLengthValidator(max_length), validate_characters]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return clean_text(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return the normalised value, and set it on the instance, so that statements match the stored text."""
        value = self.to_python(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, value)
        return value

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        name = connection.ops.quote_name(str(self.column))
        return f"{name} IS NFC NORMALIZED AND char_length({name}) <= {self.max_length} AND {name} !~ '{_FORBIDDEN_SQL}'"


class LineField(ProseField):
    """A ProseField on one line. One space replaces each line break and each run of white space."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return " ".join(value.split()) if isinstance(value, str) else value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"widget": forms.TextInput, **kwargs})


class RuledField(LineField):
    """One line of text that follows a rule for statements and has the same error messages."""

    rule: ClassVar[Rule]

    def __init__(self, verbose_name: Any = None, *, max_length: int | None = None, **kwargs: Any) -> None:
        assert self.rule.limit is not None
        super().__init__(verbose_name, max_length=max_length or self.rule.limit, **kwargs)
        self.validators = [*self.validators, self._validate]

    def to_python(self, value: Any) -> Any:
        """Return the text in normalised spelling. For example, phones capitalise the first letter even of a URL."""
        value = super().to_python(value)
        with suppress(InvalidValue):
            return self.rule.read(value) or "" if isinstance(value, str) else value
        return value

    def _validate(self, value: str) -> None:
        try:
            self.rule.read(value)
        except InvalidValue as wrong:
            if wrong.kind not in ("too_long", "forbidden_character"):  # ProseField reports these errors
                raise ValidationError(fault_message(wrong.kind), wrong.kind, wrong.params) from wrong


class WebAddressField(RuledField):
    """An absolute http or https URL."""

    rule = URL

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        name = connection.ops.quote_name(str(self.column))
        return rf"{super().db_check(connection)} AND {name} ~ '^(https?://[^[:space:]/]+.*)?$'"


class ColorField(RuledField):
    """A colour as #rrggbb."""

    rule = COLOR


class LanguageField(RuledField):
    """A BCP 47 language tag, or "und" if the language isn't known."""

    rule = LANGUAGE


class SeveralWordsField(ArrayField[list[str], list[str]]):
    """Several values from a list of choices, in the order of the choices. Forms show checkboxes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"default": list, "blank": True, **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        checkboxes = {"choices": self.base_field.choices, "widget": forms.CheckboxSelectMultiple, "required": False}
        about = {"label": capfirst(str(self.verbose_name)), "help_text": self.help_text}
        return forms.MultipleChoiceField(**{**about, **kwargs, **checkboxes})


def add_columns(body: dict[str, Any], part: type[Part], /, *skipped: str, prefix: str = "", **help_texts: Any) -> None:
    """Add the columns for the keys of a part of a statement to the body of a class, which is its `locals()`.

    Keys whose values are parts themselves don't have a column. A `prefix` marks a part that a draft can leave empty, so
    its columns can be blank. `help_texts` are shown at the desk.
    """
    for key, name in keys_of(part).items():
        if key not in skipped and name not in parts_of(part):
            body[f"{prefix}{key}"] = _column(part, name, bool(prefix), help_text=help_texts.get(key, ""))


def _column(part: type[Part], name: str, blank: bool, **options: Any) -> models.Field[Any, Any]:
    field, rule, kind = part.model_fields[name], find_rule(part, name), value_type(part, name)
    options |= field_options(part, name)
    if kind is list and (words := choices_of(part, name)):
        word = models.CharField(max_length=max(map(len, words.values())), choices=choices(words))
        return SeveralWordsField(**options, base_field=word, size=len(words))
    if kind is list:
        return url_list(**options)
    if kind is bool and field.default is None:
        return models.BooleanField(**options, null=True, blank=True)
    if kind is bool:
        return models.BooleanField(**options, default=field.default)
    options["blank"] = blank = blank or not field.is_required()
    if rule is DAY or kind is int:
        column = models.DateField if rule is DAY else models.PositiveIntegerField
        return column(**options, null=blank)
    assert rule is not None
    if rule.choices:
        return models.CharField(**options, max_length=MAX_WORD)
    ruled = {known.rule: known for known in RuledField.__subclasses__()}
    return ruled.get(rule, LineField if rule.one_line else ProseField)(**options)


def url_list(**kwargs: Any) -> ArrayField[list[str], list[str]]:
    """Return a column for a list of URLs, which keeps the order in which people entered them."""
    return ArrayField(WebAddressField(), default=list, blank=True, size=MAX_SAME_AS, **kwargs)
