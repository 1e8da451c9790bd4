"""Widgets for the desk's forms, and mixins that add the widgets to pages and inline rows."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget, AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import HiddenInput, Media, Textarea, Widget
from django.forms.widgets import Script
from django.http import HttpRequest

from factcheck.editorial.fields import LanguageField, LineField, WebAddressField


class OneLineInput(AdminTextInputWidget):
    """A text input as wide as the form."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "vTextField wide", **(attrs or {})})


class PasskeyInput(HiddenInput):
    """A hidden field that passkeys.js fills with what the person's passkey returns."""

    template_name = "admin/editorial/widgets/passkey.html"
    media = Media(js=[Script("editorial/passkeys.js", type="module")])  # type: ignore[list-item]


class LanguageInput(OneLineInput):
    """An input for a language tag that suggests the site's languages."""

    template_name = "admin/editorial/widgets/language.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "vLanguageField", "size": 10, **(attrs or {})})


FORMFIELDS: dict[type[models.Field[Any, Any]], dict[str, type[Widget]]] = {
    LineField: {"widget": OneLineInput},
    WebAddressField: {"widget": OneLineInput},
    LanguageField: {"widget": LanguageInput},
}


class SafeAutocompleteSelect(AutocompleteSelect):
    """An autocomplete field that ignores submitted values that can't be ids, where Django's widget would fail."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        return super().optgroups(name, [key for key in value if self._can_be_id(key)], attr)

    def _can_be_id(self, value: Any) -> bool:
        try:
            self.field.target_field.clean(value, None)
        except ValidationError:
            return False
        return True


class TextareaRowsMixin:
    """A mixin for pages and inline rows that sets the height of long text fields.

    `textarea_rows` gives the height in lines, by the name of the field.
    """

    textarea_rows: ClassVar[dict[str, int]] = {}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if rows := self.textarea_rows.get(db_field.name):
            kwargs["widget"] = Textarea(attrs={"rows": rows, "class": "vLargeTextField"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class AutocompleteMixin:
    """A mixin for pages and inline rows that makes `autocomplete_fields` use SafeAutocompleteSelect."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        page = cast("admin.options.BaseModelAdmin[Any]", self)
        if db_field.name in page.get_autocomplete_fields(request):
            kwargs["widget"] = SafeAutocompleteSelect(db_field, page.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
