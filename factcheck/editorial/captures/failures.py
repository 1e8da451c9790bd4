"""The reasons why a page can't be captured. The column `failure` contains the code, and editors read the sentence."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.server.guarded_http import Problem

REFUSED, GONE, SERVER_ERROR, OTHER_STATUS, INTERNAL = "refused", "gone", "server_error", "status", "internal"

FAILURES: dict[str, Promise] = {
    Problem.INVALID: _("This isn’t a valid web address. Correct the URL."),
    Problem.NOT_PUBLIC: _("The address leads into a private network, so it isn’t captured. Enter a public URL."),
    Problem.UNKNOWN_HOST: _("No website has this name. Check the URL for typing errors."),
    Problem.TIMEOUT: _("The website didn’t respond in time. Capture the page again later, or upload your own copy."),
    Problem.UNREACHABLE: _("The website can’t be reached. Capture the page again later, or upload your own copy."),
    Problem.INSECURE: _("The website’s certificate isn’t valid. Check the URL, or upload your own copy."),
    Problem.TOO_LARGE: _("The page is larger than 20 MB. Upload your own copy, for example a PDF."),
    Problem.REDIRECTS: _("The page redirects too often. Open it in your browser, and upload your own copy."),
    Problem.GARBLED: _("The website’s response can’t be read. Upload your own copy, for example a PDF."),
    REFUSED: _("The website doesn’t allow programs to read this page. Upload your own copy, for example a PDF."),
    GONE: _("The page doesn’t exist. Check the URL, or look for the page in a web archive."),
    SERVER_ERROR: _("The website has an error. Capture the page again later, or upload your own copy."),
    OTHER_STATUS: _("The website didn’t send the page. Check the URL, or upload your own copy."),
    INTERNAL: _("This site couldn’t store the page. Capture the page again, or tell the operator of this site."),
}
# Failures that may pass. The worker tries these pages again.
TEMPORARY = {Problem.TIMEOUT, Problem.UNREACHABLE, Problem.UNKNOWN_HOST, SERVER_ERROR}


def failure_sentence(code: str) -> str | Promise:
    """Return the sentence for editors, or an empty text if nothing failed."""
    return FAILURES.get(code, FAILURES[INTERNAL]) if code else ""


def failure_of_status(status: int) -> str:
    """Return the code of the failure for an HTTP status, or an empty text if the server sent the page."""
    if 200 <= status < 300:
        return ""
    if status in (401, 402, 403, 405, 406, 407, 429, 451):
        return REFUSED
    if status in (404, 410):
        return GONE
    return SERVER_ERROR if status >= 500 else OTHER_STATUS
