"""Webhooks at the desk: subscriptions, their deliveries, and the attempts to send each delivery."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import AdministratorsAdmin, ParentPermissionsMixin, get_desk
from factcheck.editorial.desk.action_views import DeskAction, by_name, redirect_unavailable, subject_page
from factcheck.editorial.desk.lists.columns import column
from factcheck.editorial.desk.people.accounts import ActorRecordingAdmin
from factcheck.editorial.events import set_actor
from factcheck.webhooks import delivery
from factcheck.webhooks.models import Attempt, Delivery, Event, Subscription

ACTIONS: dict[str, DeskAction[Subscription]] = by_name(
    DeskAction(
        "stop",
        _("Stop"),
        _(
            "No messages are sent to this URL until you start the webhook again. Events missed in the meantime will"
            " be sent then."
        ),
        _("Stopped."),
        lambda subscription, _by, _data: delivery.stop(subscription, Subscription.Stopped.BY_HAND),
    ),
    DeskAction(
        "start",
        _("Start again"),
        _("Undelivered events will be sent now, followed by all later events in order."),
        _("Started."),
        lambda subscription, _by, _data: delivery.start(subscription),
    ),
    DeskAction(
        "new-secret",
        _("New secret"),
        _(
            "From now on, messages are signed with the new secret. For the next 24 hours, they are also signed with"
            " the old secret."
        ),
        "",
        lambda subscription, _by, _data: delivery.new_secret(subscription),
    ),
)


def available_actions(subscription: Subscription) -> list[DeskAction[Subscription]]:
    return [ACTIONS["stop" if subscription.is_running else "start"], ACTIONS["new-secret"]]


class SubscriptionForm(forms.ModelForm[Subscription]):
    events = forms.MultipleChoiceField(
        label=capfirst(_("events")),
        choices=Event.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "radiolist"}),
    )


@admin.register(Subscription)
class SubscriptionAdmin(ActorRecordingAdmin[Subscription], AdministratorsAdmin[Subscription]):
    """The webhooks, which account administrators manage, because webhooks send only public data."""

    form = SubscriptionForm
    change_form_template = "admin/editorial/subscription/change_form.html"
    list_display = ("name", "url", "stopped", "event_names")
    fields = ("name", "url", "events")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Subscription | None = None) -> bool:
        return self.has_view_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Subscription | None = None) -> bool:
        return self.has_view_permission(request, obj)

    event_names = column(_("events"), lambda subscription: ", ".join(subscription.events))

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

    def status_context(self, request: HttpRequest, row: Subscription) -> dict[str, Any]:
        return {"actions": available_actions(row)}

    def response_add(
        self, request: HttpRequest, obj: Subscription, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._secret_page(request, obj)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.action_view)
        return [path("<uuid:pk>/do/<slug:name>/", view, name="webhooks_subscription_action"), *super().get_urls()]

    def action_view(self, request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
        if not self.has_change_permission(request) or name not in ACTIONS:
            raise Http404
        subscription, action = get_object_or_404(self.get_queryset(request), pk=pk), ACTIONS[name]
        page = reverse("admin:webhooks_subscription_change", args=[pk])
        if action not in available_actions(subscription):
            return redirect_unavailable(request, page)
        if request.method == "POST":
            with transaction.atomic():
                set_actor(get_desk(request).user)
                action.run(subscription, get_desk(request).user, {})
            if action.name == "new-secret":
                return self._secret_page(request, subscription)
            messages.success(request, str(action.success_message))
            return redirect(page)
        return subject_page(request, subscription, page, action.label, explanation=action.explanation)

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
        )


class AttemptInline(ParentPermissionsMixin, admin.TabularInline[Attempt, Delivery]):
    model = Attempt
    verbose_name_plural = _("delivery attempts")
    fields = readonly_fields = ("at", "outcome", "status", "milliseconds")
    extra = 0

    outcome = column(_("outcome"), lambda attempt: attempt.get_problem_display())


@admin.register(Delivery)
class DeliveryAdmin(AdministratorsAdmin[Delivery]):
    change_form_template = "admin/editorial/delivery/change_form.html"
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

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.send_again)
        return [path("<int:pk>/send-again/", view, name="webhooks_delivery_send_again"), *super().get_urls()]

    def send_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise Http404
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        page = reverse("admin:webhooks_delivery_change", args=[pk])
        if request.method == "POST":
            if delivery.send_again(row):
                messages.success(request, _("The message has been queued and will be sent immediately."))
            else:
                messages.warning(
                    request,
                    _(
                        "The message is already in the queue, or its webhook has been stopped. If the webhook has"
                        " been stopped, start it again."
                    ),
                )
            return HttpResponseRedirect(page)
        explanation = _("The receiver will get the message again, with the same webhook-id.")
        return subject_page(request, row, page, _("Send again"), explanation=explanation)
