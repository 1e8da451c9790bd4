"""Describes captures for the scripts of the desk."""

from typing import Any

from django.urls import reverse

from factcheck.editorial.models import Capture


def describe_capture(capture: Capture) -> dict[str, Any]:
    """The state of a capture, the details of the page, and a sentence about a failure."""
    return {
        "id": str(capture.pk),
        "state": capture.state,
        "failure": capture.get_failure_display() or None,
        "title": capture.title or None,
        "publisher": capture.publisher_name or None,
        "published_on": capture.published_on.isoformat() if capture.published_on else None,
        "size": capture.size,
        "captured_at": capture.captured_at.isoformat() if capture.captured_at else None,
        "url": reverse("admin:editorial_capture_change", args=[capture.pk]),
    }
