"""`manage.py make_sitemaps`: write the files of the sitemaps for search engines (docs/reference/website.md)."""

from typing import Any

from django.core.management.base import BaseCommand

from factcheck.record.readmodel.address import require_address
from factcheck.website.sitemaps import write_sitemaps
from factcheck.website.urls import in_sitemap


class Command(BaseCommand):
    help = "Writes the sitemaps for search engines, if something new has been published."

    def handle(self, *args: Any, **options: Any) -> None:
        require_address()
        number = write_sitemaps(in_sitemap)
        self.stdout.write(
            "The sitemaps are up to date, or another process is writing them."
            if number is None
            else f"Wrote {number} sitemaps."
        )
