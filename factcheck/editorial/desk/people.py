"""Accounts, memberships and publishers.

The audit log records who changes accounts, roles and account administrators. Changes to a publisher aren't recorded,
because each published review contains the publisher details that readers see.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import roles
from factcheck.editorial.desk.access import AdministratorsAdmin, DeskAdmin, M, ParentPermissionsMixin, get_desk
from factcheck.editorial.desk.claimants import UrlLinesField
from factcheck.editorial.desk.edit_conflicts import ConflictCheckedForm, ConflictCheckedFormSet, LockingAdmin
from factcheck.editorial.desk.widgets import AutocompleteMixin
from factcheck.editorial.events import set_actor
from factcheck.editorial.models import Membership, Publisher, User

# This site uses only one group, and the account form has a checkbox for it.
admin.site.unregister(Group)


class ActorRecordingAdmin(admin.ModelAdmin[M]):
    """Tells the database triggers who makes the change, for the duration of the transaction."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            set_actor(get_desk(request).user)
            return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            set_actor(get_desk(request).user)
            return super().delete_view(request, *args, **kwargs)


class AccountForm(ConflictCheckedForm[User], UserChangeForm):  # type: ignore[type-arg]
    administers = forms.BooleanField(
        label=capfirst(_("administers accounts")),
        required=False,
        help_text=_(
            "An account administrator manages accounts, memberships and newsrooms, but can’t have a role in a"
            " newsroom or see drafts."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "administers" in self.fields:
            self.fields["administers"].initial = self.instance.groups.filter(name=roles.ACCOUNT_ADMINISTRATORS).exists()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        # For the memberships on the same page, which are validated after this form.
        account: Any = self.instance
        account.will_administer = bool(cleaned.get("administers")) or account.is_superuser
        return cleaned

    def state_values(self) -> tuple[Any, ...]:
        """Everything that the page saves, except the time of the last login."""
        account = self.instance
        columns = (account.username, account.byline, account.email, account.is_active, account.is_staff)
        roles_of = account.memberships.order_by("pk").values_list("publisher", "role")
        return (*columns, *account.groups.order_by("pk").values_list("pk"), *roles_of)


class MembershipFormSet(ConflictCheckedFormSet):
    """Shows errors that the trigger membership_rules would raise. A role that somebody else removed isn't restored."""

    restores_removed = False

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        kept = [form for form in kept if not form.cleaned_data.get("DELETE")]
        listed = [form.instance.pk for form in self.forms if form.instance.pk]
        added_elsewhere = self.instance.pk and self.instance.memberships.exclude(pk__in=listed).exists()
        if (kept or added_elsewhere) and getattr(self.instance, "will_administer", False):
            raise ValidationError(
                _("An account administrator cannot have a role in a newsroom. Remove the roles or untick the box.")
            )


class MembershipInline(AutocompleteMixin, ParentPermissionsMixin, admin.TabularInline[Membership, User]):
    model = Membership
    formset = MembershipFormSet
    fields = ("publisher", "role")
    autocomplete_fields = ("publisher",)
    extra = 0


@admin.register(User)
class AccountAdmin(ActorRecordingAdmin[User], LockingAdmin[User], UserAdmin, AdministratorsAdmin[User]):  # type: ignore[type-arg]
    """Accounts are never deleted, because the audit log refers to them. To close an account, untick "active"."""

    form = AccountForm
    add_form = AdminUserCreationForm
    change_form_template = "admin/editorial/without_history.html"
    list_display = ("username", "byline", "email", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", ("memberships__role", admin.ChoicesFieldListFilter))
    search_fields = ("username", "byline", "email")
    ordering = ("username",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password", "byline", "email")}),
        (
            _("Account permissions"),
            {
                "fields": ("is_active", "is_staff", "administers"),
                "description": _(
                    "To use the editors’ desk, a person needs the “may log in” box ticked and a role in a"
                    " newsroom. You can assign the role below."
                ),
            },
        ),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "byline", "password1", "password2", "is_staff"),
                "description": _("Create the account first. You can assign a role in a newsroom on the next page."),
            },
        ),
    )
    inlines = (MembershipInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return get_desk(request).administers_accounts

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only superusers can change superusers."""
        return get_desk(request).administers_accounts and (
            obj is None or not obj.is_superuser or get_desk(request).user.is_superuser
        )

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines if obj is not None else ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "is_staff":
            kwargs |= {"label": capfirst(_("may log in at the editors’ desk")), "help_text": "", "initial": True}
        elif db_field.name == "is_active":
            kwargs["help_text"] = _(
                "Untick this box to close the account. The person can then no longer log in, and all of the"
                " account’s roles end."
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        with transaction.atomic():
            set_actor(get_desk(request).user)
            return super().user_change_password(request, id, form_url)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        administers = form.cleaned_data.get("administers", False)
        if change and "administers" in form.changed_data and not administers:
            form.instance.groups.remove(Group.objects.get(name=roles.ACCOUNT_ADMINISTRATORS))
        super().save_related(request, form, formsets, change)
        if change and "administers" in form.changed_data and administers:
            form.instance.groups.add(Group.objects.get(name=roles.ACCOUNT_ADMINISTRATORS))
        account = form.instance
        if not change or administers or account.is_superuser:
            return
        has_role = account.memberships.exists()
        if has_role and not account.is_staff:
            messages.warning(
                request, _("This person has a role but can’t log in. Tick “may log in” if they need access.")
            )
        if account.is_staff and not has_role:
            messages.warning(
                request, _("This person can log in but has no role in a newsroom, so they can’t see any drafts.")
            )


class PublisherForm(ConflictCheckedForm[Publisher]):
    same_as = UrlLinesField(
        label=capfirst(_("profiles elsewhere")),
        required=False,
        help_text=_(
            "URLs of the publisher’s other pages, for example on Facebook or Wikidata. Enter one URL per line."
        ),
    )


@admin.register(Publisher)
class PublisherAdmin(ActorRecordingAdmin[Publisher], LockingAdmin[Publisher], DeskAdmin[Publisher]):
    """Newsrooms, and the publishers of imported reviews. A Chief editor can edit their own newsroom."""

    form = PublisherForm
    change_form_template = "admin/editorial/publisher_form.html"
    list_display = ("name", "site", "type")
    search_fields = ("name", "site")
    search_help_text = _("Part of the name or site")
    fieldsets = (
        (None, {"fields": ("type", "name", "site", "url", "logo_url", "same_as")}),
        (
            _("Public pages about your work"),
            {
                "fields": (
                    "methodology_url",
                    "corrections_url",
                    "principles_url",
                    "unnamed_sources_url",
                    "feedback_url",
                ),
                "description": _("Every review that you publish from now on will link to these pages."),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publisher]:
        publishers = super().get_queryset(request)
        desk = get_desk(request)
        return publishers if desk.administers_accounts else publishers.filter(pk__in=list(desk.roles))

    def has_view_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        desk = get_desk(request)
        return desk.administers_accounts or (bool(desk.roles) if obj is None else obj.pk in desk.roles)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return get_desk(request).administers_accounts

    def has_change_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        desk = get_desk(request)
        return desk.administers_accounts or (bool(desk.led_newsrooms) if obj is None else obj.pk in desk.led_newsrooms)

    def status_context(self, request: HttpRequest, row: Publisher) -> dict[str, Any]:
        desk = get_desk(request)
        is_newsroom = desk.administers_accounts and row.memberships.exists()
        return {**super().status_context(request, row), "can_freeze": is_newsroom or row.pk in desk.led_newsrooms}

    def get_readonly_fields(self, request: HttpRequest, obj: Publisher | None = None) -> list[str]:
        """Only administrators can change the site, because it identifies the publisher in the API."""
        return [] if get_desk(request).administers_accounts else ["site", "type"]


@admin.register(Membership)
class MembershipAdmin(DeskAdmin[Membership]):
    """The members of the person's newsrooms. Administrators assign roles on an account's page."""

    change_form_template = "admin/editorial/without_history.html"
    list_display = ("user", "role", "publisher")
    list_select_related = ("user", "publisher")
    list_filter = ("role",)
    fields = ("user", "publisher", "role")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        desk = get_desk(request)
        visible = Q() if desk.administers_accounts else Q(publisher__in=list(desk.roles))
        return super().get_queryset(request).filter(visible)

    def has_view_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        desk = get_desk(request)
        return desk.administers_accounts or (bool(desk.roles) if obj is None else obj.publisher_id in desk.roles)
