"""The paths of all fields of a model. The parameter `fields` accepts these paths."""

from collections.abc import Iterator

from factcheck.record.statements.parts import Part, part_model


def fields_of(model: type[Part]) -> tuple[str, ...]:
    """Return the paths in the order of the model, for example `claim`, `claim.id`, `claim.text`."""
    return tuple(_paths(model))


def _paths(model: type[Part]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        key = field.serialization_alias or name
        yield key
        if part := part_model(model, name):
            yield from (f"{key}.{path}" for path in _paths(part))
