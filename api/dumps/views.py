"""Bulk dumps: the list of dumps, their manifests and their files (docs/reference/dumps.md)."""

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.http.ranges import respond_file
from api.schema import dump_manifests
from api.schema.dump_manifests import ListedDump
from api.schema.operations import documented
from factcheck.record.files.dump_files import Dump, available
from factcheck.record.statements.output import read


class DumpList(Endpoint):
    @documented("list_dumps", "Dumps", "All bulk dumps, newest first.", "DumpList")
    def get(self, request: Request) -> HttpResponse:
        refuse_parameters(request)
        manifests = [read(dump_manifests.DumpManifest, dump.manifest) for dump in available("public")]
        results = [
            ListedDump(
                sequence=manifest.sequence,
                at=manifest.at,
                made_at=manifest.made_at,
                url=settings.SITE_URL + reverse("api:dump", args=[manifest.sequence]),
                bytes=sum(file.bytes for file in manifest.files),
            )
            for manifest in manifests
        ]
        return responses.respond(dump_manifests.DumpList(results=results).to_json())


class DumpManifest(Endpoint):
    @documented(
        "get_dump", "Dumps", "The manifest of a dump, with the digests of its files, the schemas of the rows, and the"
        " log's checkpoint.", "DumpManifest", missing=True,
    )  # fmt: skip
    def get(self, request: Request, sequence: int) -> HttpResponse:
        refuse_parameters(request)
        return responses.respond(find_dump(sequence).manifest)


class DumpFile(Endpoint):
    """A file of a dump. The application sends dumps itself, because only the application checks for erasures."""

    media_type = ""

    @documented(
        "get_dump_file", "Dumps", "A file of a dump.", "Bytes", missing=True, partial=True,
        media_type="application/zstd", also={"application/vnd.apache.parquet": "Bytes", "text/csv": "Bytes"},
    )  # fmt: skip
    def get(self, request: Request, sequence: int, name: str) -> HttpResponseBase:
        refuse_parameters(request)
        dump = find_dump(sequence)
        manifest = read(dump_manifests.DumpManifest, dump.manifest)
        file = next((each for each in manifest.files if each.name == name), None)
        if file is None:
            raise Http404
        try:
            return respond_file(request._request, dump.folder / name, file.media_type, f'"{file.sha256[:32]}"')
        except FileNotFoundError:
            raise Http404 from None


def find_dump(sequence: int) -> Dump:
    """Return the dump. Raise Http404 if it is missing, is being removed, or contains content that has been erased."""
    for dump in available("public"):
        if dump.sequence == sequence:
            return dump
    raise Http404
