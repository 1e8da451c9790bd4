"""What can be done with a webhook: each is a button and a page that says what it does."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.webhooks import delivery
from factcheck.webhooks.models import Subscription


@dataclass(frozen=True)
class WebhookVerb:
    name: str
    label: str | Promise
    explanation: str | Promise
    done: str | Promise
    do: Callable[[Subscription], None]
    shows_secret: bool = False


VERBS = {
    verb.name: verb
    for verb in (
        WebhookVerb(
            "stop",
            _("Stop"),
            _("Nothing is sent there any more until you start it again; then what was missed is sent."),
            _("Stopped."),
            lambda subscription: delivery.stop(subscription, Subscription.Stopped.BY_HAND),
        ),
        WebhookVerb(
            "start",
            _("Start again"),
            _("What did not arrive is sent now, and then what became public meanwhile, in its order."),
            _("Started."),
            delivery.start,
        ),
        WebhookVerb(
            "new-secret",
            _("New secret"),
            _("Messages are signed with the new secret from now on, and for 24 hours with the old one as well."),
            "",
            delivery.new_secret,
            shows_secret=True,
        ),
    )
}


def possible(subscription: Subscription) -> list[WebhookVerb]:
    return [VERBS["stop" if subscription.is_running else "start"], VERBS["new-secret"]]
