"""Uploads of pictures and videos at the desk, and the files of drafts for the members of the newsroom."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import re_path, reverse
from django.views.decorators.http import require_POST, require_safe

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.evidence.uploads import may_upload, receive_file, refuse, sent_file
from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.models import Claim, Picture, Review
from factcheck.editorial.pictures import MAX_MEDIA, add_media, add_picture
from factcheck.record.files.picture_files import EXTENSIONS, picture_path
from factcheck.record.formats.markdown import ShownPicture
from factcheck.record.formats.urls import PICTURE_PATH
from factcheck.web.hostile_files import SANDBOX


class DeskPictures(Mapping[str, ShownPicture]):
    """The pictures in texts that the desk shows, by path.

    The desk serves each picture to the members of its newsroom. Nothing iterates over the pictures, so the mapping
    doesn't list them.
    """

    def __getitem__(self, path: str) -> ShownPicture:
        if not (found := PICTURE_PATH.fullmatch(path)):
            raise KeyError(path)
        return ShownPicture(reverse("admin:editorial_picture", args=found.groups()))

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


DESK_PICTURES = DeskPictures()


@require_POST
def upload(request: HttpRequest) -> JsonResponse:
    """Store the form's `file` for the draft `review` or the claim `claim`, and return JSON for the page's script."""
    desk = get_desk(request)
    try:
        file = sent_file(request)
        if "claim" in request.POST:
            claim = get_object_or_404(desk.own(Claim.objects.all()), pk=_key(request, "claim"))
            return JsonResponse(_media(add_media(claim=claim, file=file, by=desk.user)))
        review = get_object_or_404(desk.own(Review.objects.all()), pk=_key(request, "review"))
        return JsonResponse(_picture(add_picture(review=review, file=file, by=desk.user)))
    except NotAllowed as problem:
        return refuse(403, str(problem))
    except EditorialError as problem:
        return refuse(422, str(problem))


@require_safe
def picture_file(request: HttpRequest, sha256: str, extension: str) -> HttpResponseBase:
    """Return a file to the members of a newsroom that has uploaded it. Raise Http404 for others."""
    newsrooms = list(get_desk(request).roles)
    own = Q(review__newsroom__in=newsrooms) | Q(claim__newsroom__in=newsrooms)
    types = [media_type for media_type, ending in EXTENSIONS.items() if ending == extension]
    picture = get_object_or_404(Picture.objects.filter(own, sha256=sha256, media_type__in=types)[:1])
    try:
        file = default_storage.open(picture.name)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type=picture.media_type, filename=picture.name.rpartition("/")[2])
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def urls(view: Any) -> list[Any]:
    return [
        re_path(r"^editorial/uploads/$", may_upload, name="editorial_may_upload"),
        re_path(r"^editorial/picture/upload/$", receive_file(view(upload), MAX_MEDIA), name="editorial_picture_upload"),
        re_path(r"^editorial/picture/([0-9a-f]{64})\.([a-z0-9]{3,4})$", view(picture_file), name="editorial_picture"),
    ]


def _picture(picture: Picture) -> dict[str, str | int | None]:
    path = picture_path(picture.sha256, picture.media_type)
    return {"url": path, "markdown": f"![]({path})", "width": picture.width, "height": picture.height}


def _media(picture: Picture) -> dict[str, str | int]:
    kind = picture.media_type.partition("/")[0]
    return {"sha256": picture.sha256, "medium": kind, "media_type": picture.media_type, "size": picture.size}


def _key(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None
