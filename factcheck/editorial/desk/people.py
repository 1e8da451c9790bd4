"""Accounts, memberships and publishers. Changes of accounts, roles and who administers are written down with who did
them; a publisher's are not: what readers are told of it stands with each review that is published."""

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
from factcheck.editorial.desk.access import DeskAdmin, M, Suggests, desk
from factcheck.editorial.desk.claimants import AddressLines
from factcheck.editorial.desk.edit_conflicts import HeldWhileSaved, SeenForm, SeenFormSet
from factcheck.editorial.events import set_actor
from factcheck.editorial.models import Membership, Publisher, User

# One group has a meaning here, and the form of an account offers it in words.
admin.site.unregister(Group)


class RecordsActor(admin.ModelAdmin[M]):
    """Tells the triggers who it is that changes accounts, as long as the transaction lasts."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            set_actor(desk(request).user)
            return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            set_actor(desk(request).user)
            return super().delete_view(request, *args, **kwargs)


class AccountForm(SeenForm[User], UserChangeForm):  # type: ignore[type-arg]
    administers = forms.BooleanField(
        label=capfirst(_("administers accounts")),
        required=False,
        help_text=_(
            "Looks after accounts, memberships and newsrooms. Cannot have a role in a newsroom and sees no drafts."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "administers" in self.fields:
            self.fields["administers"].initial = self.instance.groups.filter(name=roles.ACCOUNT_ADMINISTRATORS).exists()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        # For the memberships on the same page, which are checked after this form.
        account: Any = self.instance
        account.will_administer = bool(cleaned.get("administers")) or account.is_superuser
        return cleaned

    def stands(self) -> tuple[Any, ...]:
        """All that the page saves; not when the person signed in last."""
        account = self.instance
        said = (account.username, account.byline, account.email, account.is_active, account.is_staff)
        roles_of = account.memberships.order_by("pk").values_list("publisher", "role")
        return (*said, *account.groups.order_by("pk").values_list("pk"), *roles_of)


class MembershipFormSet(SeenFormSet):
    """Says in words what the trigger membership_rules refuses. A role that somebody took away is not given again."""

    renews = False

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        kept = [form for form in kept if not form.cleaned_data.get("DELETE")]
        shown = [form.instance.pk for form in self.forms if form.instance.pk]
        given_meanwhile = self.instance.pk and self.instance.memberships.exclude(pk__in=shown).exists()
        if (kept or given_meanwhile) and getattr(self.instance, "will_administer", False):
            raise ValidationError(
                _("Who administers accounts cannot have a role in a newsroom. Remove the roles or untick the box.")
            )


class MembershipInline(Suggests, admin.TabularInline[Membership, User]):
    model = Membership
    formset = MembershipFormSet
    fields = ("publisher", "role")
    autocomplete_fields = ("publisher",)
    extra = 0

    def _administers(self, request: HttpRequest, obj: Any = None) -> bool:
        return desk(request).administers_accounts

    has_view_permission = has_change_permission = has_delete_permission = _administers
    has_add_permission = _administers


@admin.register(User)
class AccountAdmin(RecordsActor[User], HeldWhileSaved[User], UserAdmin, DeskAdmin[User]):  # type: ignore[type-arg]
    """Never deleted: what a person did stays theirs. An account is closed by unticking "active"."""

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
            _("What this account may do"),
            {
                "fields": ("is_active", "is_staff", "administers"),
                "description": _(
                    "To work at the desk a person needs both: the tick “may sign in” and a role in a newsroom below."
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
                "description": _("First the account; on the next page you give it a role in a newsroom."),
            },
        ),
    )
    inlines = (MembershipInline,)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return desk(request).administers_accounts

    def has_add_permission(self, request: HttpRequest) -> bool:
        return desk(request).administers_accounts

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Superusers are changed by superusers alone."""
        return desk(request).administers_accounts and (
            obj is None or not obj.is_superuser or desk(request).user.is_superuser
        )

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines if obj is not None else ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "is_staff":
            kwargs |= {"label": capfirst(_("may sign in at the editors’ desk")), "help_text": "", "initial": True}
        elif db_field.name == "is_active":
            kwargs["help_text"] = _("Untick to close the account: it cannot sign in, and its roles count no more.")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        with transaction.atomic():
            set_actor(desk(request).user)
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
                request, _("This person has a role but may not sign in. Tick “may sign in” if they should.")
            )
        if account.is_staff and not has_role:
            messages.warning(request, _("This person may sign in but has no role in a newsroom, and so sees nothing."))


class PublisherForm(SeenForm[Publisher]):
    same_as = AddressLines(
        label=capfirst(_("profiles elsewhere")),
        required=False,
        help_text=_("Addresses of the publisher’s pages elsewhere, such as Facebook or Wikidata, one a line."),
    )


@admin.register(Publisher)
class PublisherAdmin(RecordsActor[Publisher], HeldWhileSaved[Publisher], DeskAdmin[Publisher]):
    """Newsrooms, and the publishers of imported reviews. A Chief editor keeps their newsroom's own up to date."""

    form = PublisherForm
    list_display = ("name", "site", "type")
    search_fields = ("name", "site")
    search_help_text = _("Part of the name or site")
    fieldsets = (
        (None, {"fields": ("type", "name", "site", "url", "logo_url", "same_as")}),
        (
            _("What readers can look up about your work"),
            {
                "fields": (
                    "methodology_url",
                    "corrections_url",
                    "principles_url",
                    "unnamed_sources_url",
                    "feedback_url",
                ),
                "description": _("These appear with every review that is published from now on."),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publisher]:
        publishers = super().get_queryset(request)
        at = desk(request)
        return publishers if at.administers_accounts else publishers.filter(pk__in=list(at.roles))

    def has_view_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        at = desk(request)
        return at.administers_accounts or (bool(at.roles) if obj is None else obj.pk in at.roles)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return desk(request).administers_accounts

    def has_change_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        at = desk(request)
        return at.administers_accounts or (bool(at.led) if obj is None else obj.pk in at.led)

    def get_readonly_fields(self, request: HttpRequest, obj: Publisher | None = None) -> list[str]:
        """The site names the publisher in the API; it is no matter of taste."""
        return [] if desk(request).administers_accounts else ["site", "type"]


@admin.register(Membership)
class MembershipAdmin(DeskAdmin[Membership]):
    """Who works in my newsroom. Roles are given on the page of the account."""

    change_form_template = "admin/editorial/without_history.html"
    list_display = ("user", "role", "publisher")
    list_select_related = ("user", "publisher")
    list_filter = ("role",)
    fields = ("user", "publisher", "role")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        at = desk(request)
        seen = Q() if at.administers_accounts else Q(publisher__in=list(at.roles))
        return super().get_queryset(request).filter(seen)

    def has_view_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        at = desk(request)
        return at.administers_accounts or (bool(at.roles) if obj is None else obj.publisher_id in at.roles)
