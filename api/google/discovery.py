"""The discovery document, from which Google's clients build their methods. It is a static file.

The file describes only the methods that this site has. The names of parameters and the shapes of responses are read
from the file and aren't declared anywhere else.
"""

from pathlib import Path

import orjson

Shape = dict[str, "Shape"]  # maps each name to the shape below it, which is empty for a plain value

EXAMPLE_SITE = "https://factcheck.example"  # the site's URL in the file
DOCUMENT = Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
_CONTENT = orjson.loads(DOCUMENT)
_METHODS = _CONTENT["resources"]["claims"]["methods"]
# The parameters that all of Google's APIs share. Keys and tokens are accepted but ignored, because everything in the
# record is public. Each parameter can also have a dollar sign before its name, for example $alt.
COMMON = list(_CONTENT["parameters"])
SEARCH, IMAGE_SEARCH = list(_METHODS["search"]["parameters"]), list(_METHODS["imageSearch"]["parameters"])


def shape_of(name: str) -> Shape:
    """Return the fields of a schema, with the fields below each field."""
    fields = _CONTENT["schemas"][name]["properties"].items()
    return {key: shape_of(below) if (below := each.get("items", each).get("$ref")) else {} for key, each in fields}
