"""Permissions at the desk, through Django's permission hooks (`has_view_permission` and the others).

The hooks read memberships and never Django's permission table, so a superuser without a role sees no drafts. Superusers
and account administrators manage accounts, memberships and publishers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property

from factcheck.editorial.desk.lists.large_lists import BoundedPaginator, DeskChangeList
from factcheck.editorial.desk.read_only import drop_empty_fields, list_read_only_rows, replace_account_links
from factcheck.editorial.desk.widgets import FORMFIELDS, AutocompleteMixin, TextareaRowsMixin
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Membership, Proposal, Publisher, Review, User
from factcheck.editorial.people import roles
from factcheck.record.formats.time_zones import DEFAULT, zone

Role = Membership.Role
M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Desk:
    """A person at the desk and the person's roles, which are read once per request."""

    user: User

    @cached_property
    def _memberships(self) -> list[Membership]:
        if not self.user.is_active:
            return []
        return list(Membership.objects.filter(user=self.user).select_related("publisher"))

    @cached_property
    def roles(self) -> dict[int, Role]:
        """Return the person's roles, by the id of the newsroom."""
        return {row.publisher_id: Role(row.role) for row in self._memberships}

    @cached_property
    def administers_accounts(self) -> bool:
        # The trigger membership_rules keeps members from administering accounts, so members need no query.
        return not self.roles and roles.administers(self.user)

    @property
    def newsrooms(self) -> list[Publisher]:
        """Return the person's newsrooms, in the order of their names."""
        return [row.publisher for row in self._memberships]

    @property
    def time_zone(self) -> ZoneInfo:
        """Return the zone in which the desk shows times, which is the zone of the person's first newsroom."""
        return zone(self.newsrooms[0].time_zone) if self.newsrooms else zone(DEFAULT)

    def own(self, rows: QuerySet[M]) -> QuerySet[M]:
        """Return the rows of the person's newsrooms, for models with a `newsroom` field."""
        return rows.filter(newsroom__in=list(self.roles))

    @cached_property
    def _writes(self) -> dict[UUID, bool]:
        return {}

    def may_write(self, review: Review) -> bool:
        """Return the answer of `roles.may_write`, which is computed once per review and request."""
        if review.pk not in self._writes:
            self._writes[review.pk] = roles.may_write(self.user, review)
        return self._writes[review.pk]

    @property
    def deciding_newsrooms(self) -> list[int]:
        """Return the ids of the newsrooms in which the person can decide on other people's work."""
        return [newsroom for newsroom, role in self.roles.items() if role in Membership.DECIDING]

    @property
    def led_newsrooms(self) -> list[int]:
        """Return the ids of the newsrooms in which the person is Chief editor."""
        return [newsroom for newsroom, role in self.roles.items() if role == Role.CHIEF_EDITOR]


def get_desk(request: HttpRequest) -> Desk:
    """Return the desk of the person who sent the request.

    The desk is cached on the request, so its queries run once.
    """
    desk = getattr(request, "_editors_desk", None)
    if not isinstance(desk, Desk) or desk.user != request.user:
        assert isinstance(request.user, User)
        desk = Desk(request.user)
        request._editors_desk = desk  # type: ignore[attr-defined]
    return desk


def _is_among(allowed: str, request: HttpRequest) -> bool:
    return bool(allowed and getattr(get_desk(request), allowed))


class DeskAdmin(TextareaRowsMixin, AutocompleteMixin, admin.ModelAdmin[M], Generic[M]):
    """A page that denies everything, until a subclass names who is allowed or overrides the permission hooks.

    `viewers`, `adders`, `changers` and `removers` are attributes of Desk. People for whom the attribute isn't empty or
    false are allowed. Its lists never count a whole table.
    """

    viewers = adders = changers = removers = ""

    actions = None
    formfield_overrides = FORMFIELDS
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by: ClassVar[Any] = ()
    save_as = False
    recorded: ClassVar[tuple[str, ...]] = ()  # "added", "changed" or "removed", if nothing else records it
    add_title: Any = None  # the heading of the page for a new row, where Django's “Add …” sounds wrong

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return _is_among(self.viewers, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_among(self.adders, request)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return _is_among(self.changers, request)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return _is_among(self.removers, request)

    def get_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        fields = super().get_fields(request, obj)
        return fields if get_desk(request).administers_accounts else replace_account_links(self.model, fields)

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if get_desk(request).administers_accounts else replace_account_links(self.model, fields)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow only the conditions that the list's filters use, because others could be slow or invalid."""
        filters: list[Any] = [entry[0] if isinstance(entry, tuple) else entry for entry in self.list_filter]
        names = [entry if isinstance(entry, str) else entry.parameter_name for entry in filters]
        return lookup in {f"{name}{suffix}" for name in names for suffix in ("", "__exact", "__id__exact")}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the initial values from the URL, without values that can't be an id."""
        initial = dict(super().get_changeform_initial_data(request))
        for name in self.get_autocomplete_fields(request):
            field: Any = self.opts.get_field(name)
            try:
                field.target_field.to_python(initial.get(name))
            except ValidationError:
                del initial[name]
        return initial

    def get_formset_kwargs(self, request: HttpRequest, obj: M, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        return {**kwargs, "form_kwargs": {"label_suffix": ""}}

    def redirect_after_save(self, request: HttpRequest, row: M) -> HttpResponse | None:
        """Return a redirect to the page that follows the submit button, or None for Django's default."""
        return None

    def response_add(self, request: HttpRequest, obj: M, post_url_continue: str | None = None) -> HttpResponse:
        return self.redirect_after_save(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: M) -> HttpResponse:
        return self.redirect_after_save(request, obj) or super().response_change(request, obj)

    def status_context(self, request: HttpRequest, row: M) -> dict[str, object]:
        """Return template variables for the parts of a row's page above and below its form."""
        return {}

    def decision_context(self, request: HttpRequest, proposal: Proposal) -> dict[str, object]:
        """Return template variables for the page on which a proposal about a row is decided."""
        return {"statement": proposal.content}

    def decision_view(self, request: HttpRequest, proposal: Proposal, name: str) -> HttpResponse | None:
        """Return a special page on which a proposal about a row is decided, or None for the general page."""
        return None

    def form_context(self, request: HttpRequest, form: Any, row: M | None) -> dict[str, object]:
        """Return template variables that depend on the form, on the pages of new and of existing rows."""
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
            context |= self.status_context(request, obj)
            drop_empty_fields(context["adminform"], obj)
        elif self.add_title:
            context["title"] = self.add_title
        context |= self.form_context(request, context["adminform"].form, obj)
        context["adminform"].form.label_suffix = ""
        for formset in context["inline_admin_formsets"]:
            if getattr(formset.opts, "lists_read_only_rows", False) and not formset.has_change_permission:
                list_read_only_rows(formset)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def log_addition(self, request: HttpRequest, obj: M, message: Any) -> Any:
        self._record(request, [obj], "added")

    def log_change(self, request: HttpRequest, obj: M, message: Any) -> Any:
        if message:  # empty if nothing was changed
            self._record(request, [obj], "changed")

    def log_deletions(self, request: HttpRequest, queryset: Iterable[M]) -> Any:
        self._record(request, queryset, "removed")

    def _record(self, request: HttpRequest, rows: Iterable[Any], act: str) -> None:
        for row in rows if act in self.recorded else ():
            record_event(get_desk(request).user, f"{row._meta.model_name}.{act}", row)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise Http404  # the desk has events instead of Django's log

    def autocomplete_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """Return the rows that an autocomplete field can suggest, by default the rows of the person's own list."""
        return self.get_queryset(request)

    def show_public_text(self, request: HttpRequest, rows: Iterable[M]) -> None:
        """Replace text that the person must not read (`public_text`), before rows are shown by name."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DeskChangeList

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changelist = super().get_changelist_instance(request)
        if not changelist.query and not changelist.has_active_filters:
            changelist.full_result_count = changelist.result_count  # if the two differ, Django offers “Show all”
        self.show_public_text(request, changelist.result_list)
        return changelist

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> M | None:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            self.show_public_text(request, [row])
        return row


class AdministratorsAdmin(DeskAdmin[M]):
    """Pages that only account administrators can read, and that nobody can change unless a subclass says so."""

    viewers = "administers_accounts"


class OwnRowsAdmin(DeskAdmin[M]):
    """Pages for rows of newsrooms, which only members of the newsroom see, and which nobody changes by default."""

    newsroom_key = "newsroom_id"  # the attribute of a row with the id of its newsroom
    administrators_see_all = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        desk, rows = get_desk(request), super().get_queryset(request)
        if self.administrators_see_all and desk.administers_accounts:
            return rows
        return rows.filter(**{f"{self.newsroom_key}__in": list(desk.roles)})

    def get_list_display(self, request: HttpRequest) -> Any:
        """Leave out the column of the newsroom for people who see the rows of a single newsroom."""
        desk, columns = get_desk(request), super().get_list_display(request)
        several = len(desk.roles) > 1 or desk.administers_accounts
        return columns if several else [name for name in columns if name != "newsroom"]

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        desk = get_desk(request)
        if self.administrators_see_all and desk.administers_accounts:
            return True
        return bool(desk.roles) if obj is None else getattr(obj, self.newsroom_key) in desk.roles


class NewsroomAdmin(OwnRowsAdmin[M]):
    """Pages for rows with a `newsroom` field, which the members of the newsroom also add and change."""

    adders = "roles"

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self.has_view_permission(request, obj)

    def chooses_newsroom(self, request: HttpRequest, obj: M | None) -> bool:
        """Return whether the form asks for the newsroom: for a new row, if the person has several newsrooms."""
        return obj is None and len(get_desk(request).roles) > 1

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "newsroom":
            kwargs["queryset"] = Publisher.objects.filter(pk__in=get_desk(request).roles)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        if not change and "newsroom" not in form.cleaned_data:
            (form.instance.newsroom_id,) = get_desk(request).roles
        if not change:
            form.instance.created_by = get_desk(request).user  # claims and claimants don't have this column
        return super().save_form(request, form, change)


class ParentPermissionsMixin:
    """A mixin for inline rows, which have the desk's widgets and the same permissions as their parent row."""

    formfield_overrides: Any = FORMFIELDS

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
