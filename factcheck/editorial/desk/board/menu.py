"""The navigation: the desk's lists in groups, and the lists that a person needs."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk

# The order of the groups and of their lists, with the most frequently needed lists first.
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        _("Fact-checks"),
        ("Review", "Claim", "Claimant", "Capture", "WatchedSource", "Demand", "ReaderMessage", "ImportBatch"),
    ),
    (_("Verdicts and topics"), ("Topic", "RatingScale", "Verdict", "VerdictMapping")),
    (_("Newsroom and people"), ("Publisher", "User", "Membership", "Freeze", "ApiToken")),
    (_("Operation"), ("EditorialEvent", "Subscription", "Delivery", "Job")),
)


def group_lists(models: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lists that the person can open, in groups. Groups without a list are left out.

    A list that isn't named above comes at the end.
    """
    by_name = {model["object_name"]: model for model in models}
    groups = [(name, [by_name.pop(model) for model in names if model in by_name]) for name, names in GROUPS]
    groups[-1][1].extend(by_name.values())
    return [{"name": name, "models": listed} for name, listed in groups if listed]


def menu_for(desk: Desk, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The navigation's groups. Reporters get the fact-checks, and other lists only if they can add rows there."""
    if not desk.roles or desk.deciding_newsrooms:
        return groups
    first, rest = groups[:1], groups[1:]
    needed = [{**group, "models": [model for model in group["models"] if model["add_url"]]} for group in rest]
    return [*first, *(group for group in needed if group["models"])]
