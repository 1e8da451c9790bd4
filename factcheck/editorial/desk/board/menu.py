"""The navigation: the desk's lists in groups, without lists that a person doesn't need."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk

# The groups and their lists. The lists that people open most often come first.
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        _("Fact-checks"),
        (
            "Review",
            "Claim",
            "Claimant",
            "Capture",
            "WatchedSource",
            "Incident",
            "Demand",
            "ReaderMessage",
            "Mismatch",
            "ImportBatch",
        ),
    ),
    (_("Verdicts and topics"), ("Topic", "RatingScale", "Verdict", "VerdictMapping")),
    (_("Newsroom and people"), ("Publisher", "RulesVersion", "User", "Membership", "Freeze", "ApiToken")),
    (_("Operation"), ("EditorialEvent", "Subscription", "Delivery", "Job")),
)


def group_lists(models: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lists that the person can open, in groups, without empty groups.

    A list that GROUPS doesn't name comes at the end of the last group.
    """
    by_name = {model["object_name"]: model for model in models}
    groups = [(name, [by_name.pop(model) for model in names if model in by_name]) for name, names in GROUPS]
    groups[-1][1].extend(by_name.values())
    return [{"name": name, "models": listed} for name, listed in groups if listed]


def menu_for(desk: Desk, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the groups of the person's navigation.

    Reporters get the fact-checks, and those other lists to which they can add rows.
    """
    if not desk.roles or desk.deciding_newsrooms:
        hour = [{"name": _("the first hour"), "admin_url": reverse("editorial_first_hour")}]
        kept = [{"name": _("what this machine knows"), "admin_url": reverse("editorial_kept")}]
        kept += hour if desk.led_newsrooms or desk.administers_accounts else []
        figures = [{"name": _("Figures"), "admin_url": reverse("admin:editorial_figures")}] if desk.roles else []
        return [*groups[:-1], {**groups[-1], "models": [*groups[-1]["models"], *figures, *kept]}] if groups else groups
    first, rest = groups[:1], groups[1:]
    needed = [{**group, "models": [model for model in group["models"] if model["add_url"]]} for group in rest]
    return [*first, *(group for group in needed if group["models"])]
