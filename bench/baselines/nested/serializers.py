"""Serializers that are nested as the JSON is, keys in its order."""

from typing import Any

from django.db.models import Model
from rest_framework import serializers

from nested.models import Appearance, Author, Claim, Claimant, Correction, Publisher, Review, Source, Topic, Verdict

MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


def _serializer(model: type[Model], *left_out: str, **nested: Any) -> type[serializers.ModelSerializer]:
    """A ModelSerializer of all columns but these, and of what is nested in it."""
    names = {field.name for field in model._meta.concrete_fields} - {"key", *left_out} | nested.keys()
    meta = type("Meta", (), {"model": model, "fields": sorted(names)})
    return type(f"{model.__name__}Serializer", (serializers.ModelSerializer,), {"Meta": meta, **nested})


_TIME = {
    "published_at": serializers.DateTimeField(format=MOMENT),
    "updated_at": serializers.DateTimeField(format=MOMENT),
}


class Revision(serializers.Serializer):
    digest = serializers.CharField()
    kind = serializers.CharField()
    note = serializers.CharField()
    number = serializers.IntegerField()
    sequence = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        return {"class": serializers.CharField(source="change_class"), **super().get_fields()}


class CorrectionSerializer(
    _serializer(Correction, "id", "review", "change_class", at=serializers.DateTimeField(format=MOMENT))
):
    def get_fields(self) -> dict[str, Any]:
        found = {"class": serializers.CharField(source="change_class"), **super().get_fields()}
        return dict(sorted(found.items()))


ReviewSerializer = _serializer(
    Review, "number", "kind", "change_class", "note", "sequence", "digest",
    **_TIME,
    authors=_serializer(Author, "id", "review")(many=True),
    claim=_serializer(
        Claim,
        appearances=_serializer(Appearance, "id", "claim")(many=True),
        claimant=_serializer(Claimant)(),
    )(),
    corrections=CorrectionSerializer(many=True),
    publisher=_serializer(Publisher, "id")(),
    revision=Revision(source="*"),
    sources=_serializer(Source, "id", "review")(many=True),
    topics=_serializer(Topic, "id")(many=True),
    verdict=_serializer(Verdict, "id")(),
)  # fmt: skip
