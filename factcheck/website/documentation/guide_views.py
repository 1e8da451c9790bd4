"""The pages of `docs/`, also as Markdown for programs, and the guide for AI assistants."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from factcheck.website.documentation.guides import KINDS, ROOT, absolute_link, read_guide, read_markdown
from factcheck.website.responses import page_for_readers


@page_for_readers
def index(request: HttpRequest) -> HttpResponse:
    return render_guide(request, "README")


@page_for_readers
def guide(request: HttpRequest, kind: str, name: str = "README") -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    if name == "README" and kind != "adr":
        return redirect("documentation")
    return render_guide(request, f"{kind}/{name}")


@require_safe
def markdown(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Return the Markdown of the English page, for programs."""
    file = ROOT / kind / f"{name}.md"
    if kind not in KINDS or not file.is_file():
        raise Http404
    return HttpResponse(read_markdown(file), content_type="text/markdown; charset=utf-8")


@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """Return the guide for AI assistants (llmstxt.org), with links to Markdown pages on this site."""
    text = (ROOT / "llms.txt").read_text(encoding="utf-8")
    linked = re.sub(r"\]\(([^)\s]+)\)", lambda found: f"]({absolute_link(found[1])})", text)
    return HttpResponse(linked, content_type="text/plain; charset=utf-8")


def render_guide(
    request: HttpRequest, page: str, template: str = "website/documentation.html", **context: object
) -> HttpResponse:
    """Render a page of `docs/` in the reader's language. Raise Http404 if there is no such page."""
    found = read_guide(page, get_language() or "en")
    if found is None:
        raise Http404
    context |= {"guide": found, "is_index": page == "README", "is_decision": page.startswith("adr/0")}
    return render(request, template, context)
