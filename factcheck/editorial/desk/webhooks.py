"""Webhooks at the desk: who is told of what becomes public, what was sent, and what came of it."""

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

from factcheck.editorial.desk.access import DeskAdmin, FollowsParent, desk
from factcheck.editorial.desk.action_views import Verb, by_name, page_about, too_late
from factcheck.editorial.desk.people import RecordsActor
from factcheck.editorial.events import set_actor
from factcheck.webhooks import delivery
from factcheck.webhooks.models import Attempt, Delivery, Event, Subscription

VERBS: dict[str, Verb[Subscription]] = by_name(
    Verb(
        "stop",
        _("Stop"),
        _("Nothing is sent there any more until you start it again; then what was missed is sent."),
        _("Stopped."),
        lambda subscription, _by, _data: delivery.stop(subscription, Subscription.Stopped.BY_HAND),
    ),
    Verb(
        "start",
        _("Start again"),
        _("What did not arrive is sent now, and then what became public meanwhile, in its order."),
        _("Started."),
        lambda subscription, _by, _data: delivery.start(subscription),
    ),
    Verb(
        "new-secret",
        _("New secret"),
        _("Messages are signed with the new secret from now on, and for 24 hours with the old one as well."),
        "",
        lambda subscription, _by, _data: delivery.new_secret(subscription),
    ),
)


def possible(subscription: Subscription) -> list[Verb[Subscription]]:
    return [VERBS["stop" if subscription.is_running else "start"], VERBS["new-secret"]]


class SubscriptionForm(forms.ModelForm[Subscription]):
    events = forms.MultipleChoiceField(
        label=capfirst(_("events")),
        choices=Event.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "radiolist"}),
    )


@admin.register(Subscription)
class SubscriptionAdmin(RecordsActor[Subscription], DeskAdmin[Subscription]):
    """Looked after by who administers accounts: what is sent is public, but where to is nobody's draft."""

    form = SubscriptionForm
    change_form_template = "admin/editorial/subscription/change_form.html"
    list_display = ("name", "url", "stopped", "told_of")
    fields = ("name", "url", "events")

    def _administers(self, request: HttpRequest, obj: Any = None) -> bool:
        return desk(request).administers_accounts

    has_view_permission = has_change_permission = has_delete_permission = _administers
    has_add_permission = _administers

    @admin.display(description=_("events"))
    def told_of(self, subscription: Subscription) -> str:
        return ", ".join(subscription.events)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("name", "url"):
            kwargs["widget"] = forms.TextInput(attrs={"class": "vLargeTextField"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=self.fields)  # the rest is the worker's, which may be writing it just now
        else:
            obj.cursor = delivery.log_head()  # what becomes public from now on
            obj.save()

    def delete_model(self, request: HttpRequest, obj: Subscription) -> None:
        delivery.remove(obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Its deliveries counted, not listed: there may be thousands."""
        sent = Delivery.objects.filter(subscription__in=objs).count()
        return [str(obj) for obj in objs], {Delivery._meta.verbose_name_plural: sent}, set(), []

    def beside_form(self, request: HttpRequest, row: Subscription) -> dict[str, Any]:
        return {"verbs": possible(row)}

    def response_add(
        self, request: HttpRequest, obj: Subscription, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._secret(request, obj)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.verb)
        return [path("<uuid:pk>/do/<slug:verb>/", view, name="webhooks_subscription_verb"), *super().get_urls()]

    def verb(self, request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
        if not self._administers(request) or verb not in VERBS:
            raise Http404
        subscription, asked = get_object_or_404(Subscription, pk=pk), VERBS[verb]
        page = reverse("admin:webhooks_subscription_change", args=[pk])
        if asked not in possible(subscription):
            return too_late(request, page)
        if request.method == "POST":
            with transaction.atomic():
                set_actor(desk(request).user)
                asked.do(subscription, desk(request).user, {})
            if asked.name == "new-secret":
                return self._secret(request, subscription)
            messages.success(request, str(asked.done))
            return redirect(page)
        return page_about(request, subscription, page, asked.label, explanation=asked.explanation)

    def _secret(self, request: HttpRequest, subscription: Subscription) -> HttpResponse:
        """Shown in the answer to the form and nowhere else."""
        return page_about(
            request,
            subscription,
            reverse("admin:webhooks_subscription_change", args=[subscription.pk]),
            _("The secret"),
            "admin/editorial/secret.html",
            explanation=_(
                "Give this to whoever runs the receiver, by a safe way. It is shown now and not again; if it is lost,"
                " make a new one."
            ),
            secret=subscription.secret,
        )


class AttemptInline(FollowsParent, admin.TabularInline[Attempt, Delivery]):
    model = Attempt
    verbose_name_plural = _("attempts to deliver it")
    fields = readonly_fields = ("at", "outcome", "status", "milliseconds")
    extra = 0

    @admin.display(description=_("outcome"))
    def outcome(self, attempt: Attempt) -> str:
        return attempt.get_problem_display()


@admin.register(Delivery)
class DeliveryAdmin(DeskAdmin[Delivery]):
    change_form_template = "admin/editorial/delivery/change_form.html"
    list_display = ("number", "subscription", "type", "state", "failures", "derived_at")
    list_select_related = ("subscription",)
    list_filter = ("state", "event", "subscription")
    fields = readonly_fields = ("subscription", "type", "of", "message", "state", "derived_at")
    inlines = (AttemptInline,)

    def has_view_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return desk(request).administers_accounts

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return super().get_queryset(request).select_related("subscription", "entry")

    @admin.display(description=_("entry of the log"))
    def number(self, sent: Delivery) -> int:
        return sent.entry_id

    @admin.display(description=_("event"))
    def type(self, sent: Delivery) -> str:
        return sent.event

    @admin.display(description=_("failed attempts"))
    def failures(self, sent: Delivery) -> int:
        return sent.tries

    @admin.display(description=_("of what"))
    def of(self, sent: Delivery) -> SafeString:
        place = "reviews" if sent.entry.is_of_review else "demands"
        address = f"/{place}/{sent.entry.subject}/"
        return format_html('<a href="{}">{}</a>', address, address)

    @admin.display(description="webhook-id")
    def message(self, sent: Delivery) -> str:
        return sent.message_id

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.send_again)
        return [path("<int:pk>/send-again/", view, name="webhooks_delivery_send_again"), *super().get_urls()]

    def send_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise Http404
        sent = get_object_or_404(self.get_queryset(request), pk=pk)
        page = reverse("admin:webhooks_delivery_change", args=[pk])
        if request.method == "POST":
            if delivery.send_again(sent):
                messages.success(request, _("It is in the queue and will be sent at once."))
            else:
                messages.warning(
                    request, _("It waits already, or its webhook is stopped; then start the webhook again.")
                )
            return HttpResponseRedirect(page)
        explanation = _("The receiver gets the message once more, with the same webhook-id.")
        return page_about(request, sent, page, _("Send again"), explanation=explanation)
