"""Webhooks at the desk: subscriptions, their deliveries, and the attempts to send each delivery."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import AdministratorsAdmin, ParentPermissionsMixin, get_desk
from factcheck.editorial.desk.action_views import ActionsAdmin, DeskAction, by_name, subject_page
from factcheck.editorial.desk.lists.columns import column
from factcheck.editorial.desk.people.accounts import ActorRecordingAdmin
from factcheck.editorial.desk.programs.tokens import zip_response
from factcheck.editorial.errors import WrongState
from factcheck.editorial.events import set_actor
from factcheck.editorial.models import User
from factcheck.webhooks import delivery
from factcheck.webhooks.models import Attempt, Delivery, Event, Subscription

WORDPRESS_PLUGIN = Path(delivery.__file__).with_name("wordpress") / "factcheck.php"


def _recorded(change: Callable[[Subscription], Any], is_running: bool | None = None) -> Callable[..., None]:
    """Return the change as an action that tells the database triggers who makes the change.

    The action raises WrongState if `is_running` is already the webhook's state.
    """

    @transaction.atomic
    def run(subscription: Subscription, by: User, _data: dict[str, Any]) -> None:
        if Subscription.objects.select_for_update().get(pk=subscription.pk).is_running == is_running:
            raise WrongState(_("The webhook has already been stopped or started. Open its page to see its state."))
        set_actor(by)
        change(subscription)

    return run


def _send_again(row: Delivery, _by: User, _data: dict[str, Any]) -> None:
    if not delivery.send_again(row):
        raise WrongState(
            _(
                "The message is already in the queue, or its webhook has been stopped. If the webhook has"
                " been stopped, start it again."
            )
        )


ACTIONS: dict[str, DeskAction[Subscription]] = by_name(
    DeskAction(
        "stop",
        _("Stop"),
        _(
            "No messages are sent to this URL until you start the webhook again. Events missed in the meantime will"
            " be sent then."
        ),
        _("Stopped."),
        _recorded(lambda subscription: delivery.stop(subscription, Subscription.Stopped.BY_HAND), is_running=False),
    ),
    DeskAction(
        "start",
        _("Start again"),
        _("Undelivered events will be sent now, followed by all later events in order."),
        _("Started."),
        _recorded(delivery.start, is_running=True),
    ),
    DeskAction(
        "new-secret",
        _("New secret"),
        _(
            "From now on, messages are signed with the new secret. For the next 24 hours, they are also signed with"
            " the old secret."
        ),
        _("Messages are signed with the new secret now."),
        _recorded(delivery.new_secret),
    ),
)
SEND_AGAIN = DeskAction[Delivery](
    "send-again",
    _("Send again"),
    _("The receiver will get the message again, with the same webhook-id."),
    _("The message has been queued and will be sent immediately."),
    _send_again,
)


class SubscriptionForm(forms.ModelForm[Subscription]):
    events = forms.MultipleChoiceField(
        label=capfirst(_("events")),
        choices=Event.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "radiolist"}),
    )


@admin.register(Subscription)
class SubscriptionAdmin(
    ActorRecordingAdmin[Subscription], ActionsAdmin[Subscription], AdministratorsAdmin[Subscription]
):
    """The webhooks, which account administrators manage, because webhooks send only public data."""

    desk_actions = ACTIONS
    form = SubscriptionForm
    change_form_template = "admin/editorial/subscription/change_form.html"
    list_display = ("name", "url", "stopped", "event_names")
    fields = ("name", "url", "events")
    adders = changers = removers = "administers_accounts"

    event_names = column(_("events"), lambda subscription: ", ".join(subscription.events))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.wordpress_plugin)
        return [path("wordpress.zip", view, name="webhooks_wordpress"), *super().get_urls()]

    def wordpress_plugin(self, request: HttpRequest) -> HttpResponse:
        """Return the plugin as WordPress installs it, with the address of this site."""
        source = WORDPRESS_PLUGIN.read_text(encoding="utf-8")
        plugin = source.replace("const FACTCHECK_SITE = '';", f"const FACTCHECK_SITE = '{settings.SITE_URL}';")
        return zip_response("factcheck-wordpress", {"factcheck/factcheck.php": plugin})

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("name", "url"):
            kwargs["widget"] = forms.TextInput(attrs={"class": "vLargeTextField"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=self.fields)  # a full save could overwrite what the worker writes to other columns
        else:
            obj.cursor = delivery.log_head()  # the webhook sends only what is published from now on
            obj.save()

    def delete_model(self, request: HttpRequest, obj: Subscription) -> None:
        set_actor(get_desk(request).user)
        delivery.remove(obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Count the deliveries and don't list them, because there can be thousands."""
        deliveries = Delivery.objects.filter(subscription__in=objs).count()
        return [str(obj) for obj in objs], {Delivery._meta.verbose_name_plural: deliveries}, set(), []

    def available_actions(self, request: HttpRequest, row: Subscription) -> list[str]:
        return ["stop" if row.is_running else "start", "new-secret"]

    def action_page(self, request: HttpRequest, row: Subscription, action: DeskAction[Subscription]) -> HttpResponse:
        response = super().action_page(request, row, action)
        is_done = action.name == "new-secret" and response.status_code == 302
        return self._secret_page(request, row) if is_done else response

    def response_add(
        self, request: HttpRequest, obj: Subscription, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._secret_page(request, obj)

    def _secret_page(self, request: HttpRequest, subscription: Subscription) -> HttpResponse:
        """Return the only page that ever shows the secret."""
        return subject_page(
            request,
            subscription,
            reverse("admin:webhooks_subscription_change", args=[subscription.pk]),
            _("The secret"),
            "admin/editorial/secret.html",
            explanation=_(
                "Send this secret securely to the person who runs the receiver. You won’t be able to see the"
                " secret again. If it is lost, create a new secret."
            ),
            secret=subscription.secret,
            is_webhook=True,
        )


class AttemptInline(ParentPermissionsMixin, admin.TabularInline[Attempt, Delivery]):
    model = Attempt
    verbose_name_plural = _("delivery attempts")
    fields = readonly_fields = ("at", "outcome", "status", "milliseconds")
    extra = 0

    outcome = column(_("outcome"), lambda attempt: attempt.get_problem_display())


@admin.register(Delivery)
class DeliveryAdmin(ActionsAdmin[Delivery], AdministratorsAdmin[Delivery]):
    desk_actions = {SEND_AGAIN.name: SEND_AGAIN}
    change_form_template = "admin/editorial/buttons.html"
    list_display = ("number", "subscription", "type", "state", "failures", "derived_at")
    list_select_related = ("subscription",)
    list_filter = ("state", "event", "subscription")
    fields = readonly_fields = ("subscription", "type", "of", "message", "state", "derived_at")
    inlines = (AttemptInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return super().get_queryset(request).select_related("subscription", "entry")

    number = column(_("entry of the log"), lambda row: row.entry_id)
    type = column(_("event"), lambda row: row.event)
    failures = column(_("failed attempts"), lambda row: row.tries)

    @admin.display(description=_("subject"))
    def of(self, row: Delivery) -> SafeString:
        resource = "reviews" if row.entry.is_of_review else "demands"
        url = f"/{resource}/{row.entry.subject}/"
        return format_html('<a href="{}">{}</a>', url, url)

    message = column("webhook-id", lambda row: row.message_id)

    def available_actions(self, request: HttpRequest, row: Delivery) -> list[str]:
        return [SEND_AGAIN.name] if row.may_be_sent_again else []
