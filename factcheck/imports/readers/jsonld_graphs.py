"""Less common JSON-LD: references to nodes elsewhere in the graph, and terms with their full names."""

import re
from collections.abc import Mapping

from pydantic import JsonValue

from factcheck.imports.readers.json_stream import length_of

Node = dict[str, JsonValue]
Nodes = Mapping[str, Node]

# The properties of a record that can contain references to nodes.
FOLLOWED = frozenset(
    {
        "author", "publisher", "itemReviewed", "reviewRating", "citation", "isBasedOn", "appearance", "firstAppearance",
        "locationCreated", "hasPart", "inLanguage",
    }
)  # fmt: skip
# In characters, for all nodes that one record refers to. A node counts once for each reference.
MAX_FOLLOWED = 1024 * 1024
MAX_DEPTH = 8  # of nested nodes

_SPELT_OUT = re.compile(r"\A(?:schema:|https?://schema\.org/)(?=[A-Za-z]+\Z)")


def with_short_terms(node: Node) -> Node:
    """Return the node with short names for schema.org's terms, which can have prefixes or be full URLs."""
    return _shortened(node) if any(map(_SPELT_OUT.match, node)) else node


def nodes_of(graph: object) -> dict[str, Node]:
    """Return the nodes of a graph by their `@id`. References are left out."""
    found: dict[str, Node] = {}
    for node in graph if isinstance(graph, list) else [graph]:
        if isinstance(node, dict) and isinstance(name := node.get("@id"), str) and not is_reference(node):
            found.setdefault(name, node)
    return found


def is_reference(node: Node) -> bool:
    """Return whether the node contains only its `@id` and its type."""
    return isinstance(node.get("@id"), str) and node.keys() <= {"@id", "@type"}


def with_references(node: Node, nodes: Nodes) -> Node:
    """Return the node with references replaced by their nodes, unless a node is missing or too large."""
    return _Following(nodes).followed(node, 0) if nodes else node


def _shortened(node: Node) -> Node:
    return {_SPELT_OUT.sub("", key): _short(value) for key, value in node.items()}


def _short(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_short(each) for each in value]
    return _shortened(value) if isinstance(value, dict) else value


class _Following:
    """The replacement of references in one record, with a limit for the total length of the inserted nodes."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._left = MAX_FOLLOWED
        self._lengths: dict[str, int] = {}

    def followed(self, node: Node, depth: int) -> Node:
        if depth == MAX_DEPTH:
            return node
        return {key: self._value(value, depth + 1) if key in FOLLOWED else value for key, value in node.items()}

    def _value(self, value: JsonValue, depth: int) -> JsonValue:
        if isinstance(value, list):
            return [self._value(each, depth) if isinstance(each, dict) else each for each in value]
        if not isinstance(value, dict):
            return value
        if is_reference(value):
            name = str(value["@id"])
            if name not in self._nodes or self._length(name) > self._left:
                return value
            self._left -= self._length(name)
            value = with_short_terms(self._nodes[name])
        return self.followed(value, depth)

    def _length(self, name: str) -> int:
        if name not in self._lengths:
            self._lengths[name] = length_of(self._nodes[name], MAX_FOLLOWED)
        return self._lengths[name]
