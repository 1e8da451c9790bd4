"""`manage.py mcp`: serve the record as tools for AI assistants (docs/reference/assistants.md)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Serves the record to AI assistants (Model Context Protocol) on standard input and output, or over HTTP."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--http", action="store_true", help="serve over HTTP, at /mcp, until SIGTERM or Ctrl-C")
        parser.add_argument(
            "--address", default="127.0.0.1", help="with --http: IP address to listen on (default: 127.0.0.1)"
        )
        parser.add_argument("--port", type=int, default=8001, help="with --http: port to listen on (default: 8001)")

    def handle(self, *args: Any, http: bool, address: str, port: int, **options: Any) -> None:
        try:
            from api.assistants.server import make_server, serve_http
        except ModuleNotFoundError as missing:
            raise CommandError(
                f"The packages for AI assistants aren't installed: {missing.name} is missing. Run: make assistants"
            ) from missing
        server = make_server()
        if http:
            serve_http(server, address, port)
        else:
            server.run()
