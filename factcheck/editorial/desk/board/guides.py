"""The guide that each page of the desk links to."""

from django.http import HttpRequest

FIRST = "tutorials/first-claim"
# The guide of each page, by the page's model.
MODELS = {
    "review": "how-to/write-a-review",
    "card": "how-to/use-the-board",
    "claim": "how-to/log-a-claim",
    "claimant": "how-to/name-a-claimant",
    "capture": "how-to/keep-evidence",
    "demand": "how-to/enter-a-demand",
    "incident": "how-to/enter-a-demand",
    "readermessage": "how-to/answer-a-reader",
    "mismatch": "how-to/answer-a-reader",
    "importbatch": "how-to/import-reviews",
    "verdictmapping": "how-to/map-verdicts",
    "ratingscale": "how-to/set-a-rating-scale",
    "verdict": "how-to/set-a-rating-scale",
    "topic": "how-to/set-a-rating-scale",
    "watchedsource": "how-to/keep-evidence",
    "publisher": "how-to/manage-people",
    "rulesversion": "how-to/write-your-rules",
    "user": "how-to/manage-people",
    "membership": "how-to/manage-people",
    "apitoken": "how-to/make-a-token",
    "subscription": "how-to/receive-webhooks",
    "delivery": "how-to/receive-webhooks",
    "job": "how-to/when-something-is-wrong",
    "freeze": "how-to/freeze-publishing",
    "first": "tutorials/first-newsroom",
    "find": "how-to/find-at-the-desk",
    "comments": "how-to/talk-beside-the-text",
    "notices": "how-to/talk-beside-the-text",
    "kept": "how-to/see-what-is-kept",
    "figures": "how-to/count-your-work",
    "editorialevent": "how-to/manage-people",
    "proposal": "how-to/decide-on-a-proposal",
}
# Actions with a guide of their own, by the page's model and action.
ACTIONS = {
    "review_correct": "how-to/correct-a-review",
    "review_withdraw": "how-to/withdraw-a-review",
    "review_reinstate": "how-to/withdraw-a-review",
    "review_erase": "how-to/erase-personal-data",
    "review_redact": "how-to/erase-personal-data",
    "claim_similar": "how-to/merge-claims",
    "claim_split": "how-to/merge-claims",
    "claim_link": "how-to/merge-claims",
    "importbatch_add": "how-to/bring-your-spreadsheet",
    "publisher_keys": "how-to/sign-with-your-passkey",
    "publisher_write-rules": "how-to/write-your-rules",
    "proposal_sign": "how-to/sign-with-your-passkey",
}


def guide_for(request: HttpRequest) -> str:
    """Return the path of the guide for the page, relative to `docs/`."""
    match = request.resolver_match
    if match is None or not match.url_name:
        return FIRST
    app, _, rest = match.url_name.partition("_")
    if app == "account":
        return "how-to/sign-in-safely"
    model, _, page = rest.partition("_")
    action = str(match.kwargs.get("name", page))
    return ACTIONS.get(f"{model}_{action}") or MODELS.get(model, FIRST)
