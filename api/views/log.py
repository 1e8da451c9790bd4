"""The public log as C2SP tlog-tiles, with its documents, and with proofs for clients that don't build the tree."""

import base64
import re

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.http.parameters import Parameters
from api.http.problems import Gone, ParameterProblem
from api.http.ranges import stream
from api.schema.log_answers import ConsistencyProof
from api.schema.operations import DOCUMENT_HEADERS, documented, integer_parameter
from factcheck.record.audit.key_rotation import current_key
from factcheck.record.log import merkle, tree
from factcheck.record.log.document_bundles import DocumentBundle
from factcheck.record.models import LogCheckpoint, LogEntry, LogTile, RevisionDocument
from factcheck.record.readmodel.revisions import last_notice

IMMUTABLE = "public, max-age=31536000, immutable"
BRIEF = "public, max-age=2"
TEXT = "text/plain; charset=utf-8"
JSON_LINES = "application/jsonl"
MAX_IN_MEMORY = 4 * 2**20  # in bytes. Larger bundles are streamed.
_GROUPS = re.compile(r"(?:x[0-9]{3}/){0,5}[0-9]{3}")
_NUMBER = re.compile(r"[0-9]{1,15}")
_WHOLE = "This isn't a whole number. Send a number, for example 0 or 1024."


class RawEndpoint(Endpoint):
    """A view that sends bytes to other tools, and ignores their `Accept` header."""

    media_type = ""

    def send(self, content: bytes, content_type: str, cache: str, **headers: str) -> HttpResponse:
        response = responses.respond(content, content_type, headers)
        response.headers["Cache-Control"] = cache
        return response


class CheckpointView(RawEndpoint):
    @documented(
        "get_log_checkpoint", "Log", "The newest signed checkpoint, with the witnesses' cosignatures.", "Note",
        media_type="text/plain", missing=True,
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        refuse_parameters(request)
        checkpoint = tree.newest_checkpoint("public")
        if checkpoint is None:
            raise Http404
        return self.send(checkpoint.cosigned().encode(), TEXT, BRIEF)


class KeyView(RawEndpoint):
    @documented("get_log_key", "Log", "The verifier key of the log.", "VerifierKey", media_type="text/plain")
    def get(self, request: Request) -> HttpResponse:
        refuse_parameters(request)
        return self.send(f"{current_key('public')}\n".encode(), TEXT, BRIEF)


class TileView(RawEndpoint):
    @documented(
        "get_log_tile", "Log", "A tile of the tree, with up to 256 hashes of 32 bytes.", "Bytes",
        media_type="application/octet-stream", missing=True,
    )  # fmt: skip
    def get(self, request: Request, level: str, place: str) -> HttpResponse:
        refuse_parameters(request)
        if level != str(int(level)) or int(level) > 63:
            raise Http404
        index, width = _read_place(place)
        tile = LogTile.objects.using("public").filter(level=int(level), index=index).first()
        if tile is None or len(tile.hashes) < width * merkle.HASH_SIZE:
            raise Http404
        content = bytes(tile.hashes)[: width * merkle.HASH_SIZE]
        return self.send(content, "application/octet-stream", IMMUTABLE)


class BundleView(RawEndpoint):
    @documented(
        "get_log_entries", "Log", "An entry bundle: up to 256 leaves, each preceded by its length as a uint16.",
        "Bytes", media_type="application/octet-stream", missing=True,
    )  # fmt: skip
    def get(self, request: Request, place: str) -> HttpResponse:
        refuse_parameters(request)
        index, width = _read_place(place)
        start = index * merkle.TILE_WIDTH
        entries = LogEntry.objects.using("public").filter(sequence__gte=start, sequence__lt=start + width)
        found = list(entries.order_by("sequence"))
        if len(found) != width:
            raise Http404
        return self.send(tree.bundle(found), "application/octet-stream", IMMUTABLE)


class DocumentBundleView(RawEndpoint):
    @documented(
        "get_log_documents", "Log",
        "Up to 256 documents with their salts: a line of JSON for each entry, or null for an erased document.",
        "DocumentBundle", media_type=JSON_LINES, missing=True,
    )  # fmt: skip
    def get(self, request: Request, place: str) -> HttpResponseBase:
        refuse_parameters(request)
        index, width = _read_place(place)
        bundle = DocumentBundle.read(index * merkle.TILE_WIDTH, width)
        if bundle is None:
            raise Http404
        # An erasure empties a place, so caches must revalidate each time.
        headers = {"ETag": f'"{bundle.version}"', "Cache-Control": "no-cache"}
        if responses.matches_etag(request._request, headers["ETag"]):
            return HttpResponseNotModified(headers=headers)
        if request.method == "HEAD":
            return HttpResponse(content_type=JSON_LINES, headers=headers)
        if bundle.size > MAX_IN_MEMORY:
            return stream(bundle.lines(), content_type=JSON_LINES, headers=headers)
        return HttpResponse(b"".join(bundle.lines()), content_type=JSON_LINES, headers=headers)


class EntryDocumentView(RawEndpoint):
    @documented(
        "get_log_document", "Log",
        "The exact bytes of an entry's document. Their SHA-256 with the salt is the entry's digest.",
        "AnyDocument", missing=True, gone=True, headers=DOCUMENT_HEADERS,
    )  # fmt: skip
    def get(self, request: Request, sequence: int) -> HttpResponse:
        refuse_parameters(request)
        entries = LogEntry.objects.using("public").select_related("revision_document")
        entry = get_object_or_404(entries, sequence=sequence)
        try:
            return responses.respond_document(entry, entry.revision_document)
        except RevisionDocument.DoesNotExist:
            raise Gone(last_notice(entry.subject)) from None


class ConsistencyView(Endpoint):
    @documented(
        "get_log_consistency_proof", "Log", "A proof that the log contains an earlier log (RFC 6962, section 2.1.2).",
        "ConsistencyProof",
        extra=[
            integer_parameter("from", "The smaller size.", required=True),
            integer_parameter("to", "The larger size. The default is the newest checkpoint's size."),
        ],
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        parameters = Parameters(request.query_params, ("from", "to"))
        if "from" not in request.query_params:
            parameters.faults.append(("from", _WHOLE))
        old, to = parameters.read("from", _read_whole, 0), parameters.read("to", _read_whole, None)
        parameters.raise_faults()
        signed = _signed_size()
        new = signed if to is None else to
        if new > signed:
            text = f"The log isn't signed for this size yet. Send a size of at most {signed}."
            raise ParameterProblem([("to", text)])
        if old > new:
            raise ParameterProblem([("from", f"This size is larger than `to`. Send a size of at most {new}.")])
        read = tree.tile_reader("public")
        proof = ConsistencyProof(
            from_=old,
            to=new,
            from_root_hash=_encoded(merkle.root(old, read)),
            to_root_hash=_encoded(merkle.root(new, read)),
            proof=[_encoded(value) for value in merkle.consistency_proof(old, new, read)],
        )
        return responses.respond(proof.to_json())


def _encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _read_place(place: str) -> tuple[int, int]:
    """Parse the index and the width from `x001/x234/067` or `000.p/17`. Raise Http404 for other places."""
    groups, partial, width = place.partition(".p/")
    if not _GROUPS.fullmatch(groups) or (partial and not re.fullmatch(r"[1-9][0-9]{0,2}", width)):
        raise Http404
    index = int(groups.replace("x", "").replace("/", ""))
    wide = int(width) if partial else merkle.TILE_WIDTH
    # A tile has only one URL: without leading groups of zeroes, and without `.p` for full tiles.
    if merkle.tile_name(0, index, wide) != f"tile/0/{place}" or (partial and wide >= merkle.TILE_WIDTH):
        raise Http404
    return index, wide


def _signed_size() -> int:
    newest = LogCheckpoint.objects.using("public").order_by("-size").values_list("size", flat=True).first()
    return newest or 0


def _read_whole(value: str) -> int:
    if not _NUMBER.fullmatch(value):
        raise ValueError(_WHOLE)
    return int(value)
