"""`manage.py open_approvals`: writes the signatures of a newsroom's people into a file for an auditor."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from factcheck.record.log.checkpoints import protected_newsrooms
from factcheck.record.models import Approval
from factcheck.tools.private_files import write_private_file


class Command(BaseCommand):
    help = "Writes a newsroom's keys and all signatures by these keys into a new file, for verifier.py --opened."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--newsroom", required=True, metavar="SITE", help="host of the newsroom, without www.")
        parser.add_argument("--since", type=int, default=0, metavar="SEQUENCE", help="the first entry of the log")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        newsroom = protected_newsrooms().get(options["newsroom"])
        if newsroom is None:
            raise CommandError("The signer doesn't know this newsroom, so nobody has signed for it.")
        keys, openings = {key["id"] for key in newsroom["keys"]}, {}
        for approval in Approval.objects.filter(entry__gte=options["since"]).order_by("pk").iterator():
            opening = json.loads(approval.opening)
            if not keys.isdisjoint(each["key"] for each in opening["assertions"]):
                openings[str(approval.pk)] = opening
        write_private_file(options["file"], json.dumps({**newsroom, "openings": openings}))
        self.stdout.write(f"{len(openings)} entries are in {options['file']}.")
