"""What can be done with a webhook: each is a button and a page that says what it does."""

from django.utils.translation import gettext_lazy as _

from factcheck.editorial.admin.acting import Verb, by_name
from factcheck.webhooks import delivery
from factcheck.webhooks.models import Subscription

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
