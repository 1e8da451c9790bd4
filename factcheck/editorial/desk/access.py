"""Who sees and changes what at the desk: memberships decide, for superusers too; Django's permissions are not asked.

Superusers and the group of account administrators look after accounts, memberships and publishers,
and see no drafts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextInputWidget, AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.forms import Textarea, Widget
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import roles
from factcheck.editorial.desk.account_names import names_for_links
from factcheck.editorial.desk.lists import BoundedPaginator
from factcheck.editorial.fields import LanguageField, LineField, WebAddressField
from factcheck.editorial.models import Membership, Publisher, User

Role = Membership.Role
M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Desk:
    """The person at the desk and their roles, read once a request."""

    user: User

    @cached_property
    def roles(self) -> dict[int, Role]:
        """Role by id of the newsroom."""
        if not self.user.is_active:
            return {}
        return {row.publisher_id: Role(row.role) for row in Membership.objects.filter(user=self.user)}

    @cached_property
    def administers_accounts(self) -> bool:
        return self.user.is_active and (
            self.user.is_superuser or self.user.groups.filter(name=roles.ACCOUNT_ADMINISTRATORS).exists()
        )

    @cached_property
    def newsrooms(self) -> list[Publisher]:
        return list(Publisher.objects.filter(pk__in=self.roles)) if self.roles else []

    @property
    def deciding(self) -> list[int]:
        """Ids of the newsrooms in which the person decides on the work of others."""
        return [newsroom for newsroom, role in self.roles.items() if role in Membership.DECIDING]

    @property
    def led(self) -> list[int]:
        """Ids of the newsrooms of which the person is a Chief editor."""
        return [newsroom for newsroom, role in self.roles.items() if role == Role.CHIEF_EDITOR]


def desk(request: HttpRequest) -> Desk:
    """The desk of whoever asks; kept on the request, so that its queries are made once."""
    found = getattr(request, "_editors_desk", None)
    if not isinstance(found, Desk) or found.user != request.user:
        assert isinstance(request.user, User)
        found = Desk(request.user)
        request._editors_desk = found  # type: ignore[attr-defined]
    return found


class OneLine(AdminTextInputWidget):
    """A text field as wide as the form."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "vTextField wide", **(attrs or {})})


class LanguageInput(OneLine):
    """A language tag, with the site's languages offered."""

    template_name = "admin/editorial/widgets/language.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "vLanguageField", "size": 10, **(attrs or {})})


FORMFIELDS: dict[type[models.Field[Any, Any]], dict[str, type[Widget]]] = {
    LineField: {"widget": OneLine},
    WebAddressField: {"widget": OneLine},
    LanguageField: {"widget": LanguageInput},
}


class Suggested(AutocompleteSelect):
    """What was chosen from suggestions. A form that comes back with what can be no id shows none chosen."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        return super().optgroups(name, [each for each in value if self._can_be_id(each)], attr)

    def _can_be_id(self, value: Any) -> bool:
        try:
            self.field.target_field.clean(value, None)
        except ValidationError:
            return False
        return True


class WideTexts:
    """Pages and inline rows whose long texts have so many lines, by the name of their field."""

    lines: ClassVar[dict[str, int]] = {}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if rows := self.lines.get(db_field.name):
            kwargs["widget"] = Textarea(attrs={"rows": rows, "class": "vLargeTextField"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class Suggests:
    """Pages and inline rows whose `autocomplete_fields` are chosen from suggestions."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        page = cast("admin.options.BaseModelAdmin[Any]", self)
        if db_field.name in page.get_autocomplete_fields(request):
            kwargs["widget"] = Suggested(db_field, page.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class DeskAdmin(WideTexts, Suggests, admin.ModelAdmin[M], Generic[M]):
    """Refuses everything; each page opens what its readers may do. Lists never count a whole table."""

    actions = None
    formfield_overrides = FORMFIELDS
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    save_as = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def _nobody(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    has_view_permission = has_change_permission = has_delete_permission = _nobody

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        fields = super().get_fields(request, obj)
        return fields if desk(request).administers_accounts else names_for_links(self.model, fields)

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if desk(request).administers_accounts else names_for_links(self.model, fields)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What the filters beside the list put into its address; any other condition could be slow or no condition."""
        filters: list[Any] = [each[0] if isinstance(each, tuple) else each for each in self.list_filter]
        names = [each if isinstance(each, str) else each.parameter_name for each in filters]
        return lookup in {f"{name}{how}" for name in names for how in ("", "__exact", "__id__exact")}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address puts into a new form, but for what can be no id: no list of suggestions takes it."""
        initial = dict(super().get_changeform_initial_data(request))
        for name in self.get_autocomplete_fields(request):
            field: Any = self.opts.get_field(name)
            try:
                field.target_field.to_python(initial.get(name))
            except ValidationError:
                del initial[name]
        return initial

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def go_on(self, request: HttpRequest, row: M) -> HttpResponse | None:
        """Where the button leads with which the row was saved, if it leads elsewhere than Django's own."""
        return None

    def response_add(self, request: HttpRequest, obj: M, post_url_continue: str | None = None) -> HttpResponse:
        return self.go_on(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: M) -> HttpResponse:
        return self.go_on(request, obj) or super().response_change(request, obj)

    def beside_form(self, request: HttpRequest, row: M) -> dict[str, Any]:
        """What the page of a row shows besides its form."""
        return {}

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: M | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context |= self.beside_form(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def autocomplete_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """What others may refer to; by default what the person sees in the list."""
        return self.get_queryset(request)

    def put_public_words(self, request: HttpRequest, rows: Iterable[M]) -> None:
        """Called before rows are named to the person: the place for what they may not read (`public_words`)."""

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        found = super().get_changelist_instance(request)
        if not found.query and not found.has_active_filters:
            found.full_result_count = found.result_count  # unknown, it would count as another: “Show all” beside all
        self.put_public_words(request, found.result_list)
        return found

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> M | None:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            self.put_public_words(request, [row])
        return row


class NewsroomAdmin(DeskAdmin[M]):
    """Rows that belong to a newsroom, in their field `newsroom`; its members see them and nobody else."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        return super().get_queryset(request).filter(newsroom__in=list(desk(request).roles))

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        mine = desk(request).roles
        return bool(mine) if obj is None else obj.newsroom_id in mine  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(desk(request).roles)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self.has_view_permission(request, obj)

    def chooses_newsroom(self, request: HttpRequest, obj: M | None) -> bool:
        """Whether the form asks for the newsroom: only of who works for several."""
        return obj is None and len(desk(request).roles) > 1

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "newsroom":
            kwargs["queryset"] = Publisher.objects.filter(pk__in=desk(request).roles)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        if not change and "newsroom" not in form.cleaned_data:
            (form.instance.newsroom_id,) = desk(request).roles
        return super().save_form(request, form, change)


class OwnNewsroomFilter(admin.SimpleListFilter):
    """For who works in several newsrooms; the others of the site are nobody's business here."""

    title = _("newsroom")
    parameter_name = "newsroom"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        newsrooms = desk(request).newsrooms
        return [(str(row.pk), row.name) for row in newsrooms] if len(newsrooms) > 1 else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        offered = {key for key, _name in self.lookup_choices}
        return queryset.filter(newsroom=self.value()) if self.value() in offered else queryset


class FollowsParent:
    """Inline rows: seen and changed by whoever sees and changes what they belong to."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._parent.has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        parent = self._parent
        return parent.has_add_permission(request) if obj is None else parent.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)

    @property
    def _parent(self) -> admin.ModelAdmin[Any]:
        inline = cast("admin.options.InlineModelAdmin[Any, Any]", self)
        return inline.admin_site.get_model_admin(inline.parent_model)
