"""Django's templates for `pybabel extract`, which reads Python only (`tool.babel` in pyproject.toml)."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from babel.messages.extract import extract_python
from django.conf import settings
from django.utils.translation.template import templatize

if not settings.configured:
    settings.configure()


def extract(file: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    code = templatize(file.read().decode(), origin=file.name)
    return extract_python(BytesIO(code.encode()), keywords, comment_tags, {**options, "encoding": "utf-8"})
