"""Taking values out of JSON-LD nodes as publishers write them: strings, lists of one, value objects, nodes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from factcheck.exchange.json_values import Number
from factcheck.exchange.normalise import calendar_date, is_blank, language_tag, tidy, web_address
from factcheck.exchange.readers import types_of
from factcheck.exchange.shapes import MAX_SAME_AS, Problem
from factcheck.record.text import find_forbidden


@dataclass
class Notes:
    """What was found wrong with a record: `refused` keeps it out, `dropped` is left out of it."""

    refused: list[Problem] = field(default_factory=list)
    dropped: list[Problem] = field(default_factory=list)


class Node:
    """A JSON-LD node and where it stands (JSON pointer inside the record)."""

    def __init__(self, members: dict[str, object], pointer: str, notes: Notes) -> None:
        self.members = members
        self.pointer = pointer
        self.notes = notes
        self.types = types_of(members)

    def text(self, key: str, *, limit: int, one_line: bool = True) -> str | None:
        """The property as text, or None. Several texts, where one is expected, are dropped with a note."""
        found = [value for value in map(_literal, _listed(self.members.get(key))) if value is not None]
        tidied = dict.fromkeys(tidy(each, one_line=one_line) for each in found)
        texts = [value for value in tidied if not is_blank(value)]
        if len(texts) > 1:
            self.drop(key, "several", f"{len(texts)} texts stand where one is expected")
            return None
        return self._kept(key, texts[0], limit) if texts else None

    def number(self, key: str, *, limit: int) -> str | None:
        """The property as the file had it, a number's digits included ("1.50" stays "1.50")."""
        value = self.members.get(key)
        if isinstance(value, Number):
            return self._kept(key, str(value), limit)
        return self.text(key, limit=limit)

    def day(self, key: str) -> str | None:
        value = self.text(key, limit=100)
        if value is None:
            return None
        day = calendar_date(value)
        if day is None:
            self.drop(key, "no_date", f"{value!r} has no day of the form YYYY-MM-DD")
        return day

    def language(self, key: str) -> str | None:
        """The BCP-47 tag of a text or of a Language node (its alternateName, the place for the tag)."""
        node = self.node(key)
        value = (node.text("alternateName", limit=100) if node else None) or self.text(key, limit=100)
        if value is None:
            return None
        tag = language_tag(value)
        if tag is None:
            self.drop(key, "no_language", f"{value!r} is no language tag (BCP 47)")
        return tag

    def address(self, *keys: str) -> str | None:
        """The first web address under these properties; whatever else stands there is noted."""
        for key in keys:
            found = self.addresses(key)
            if found:
                if len(found) > 1:
                    self.drop(key, "several", "only the first of several addresses is carried")
                return found[0]
        return None

    def addresses(self, key: str) -> list[str]:
        """Every web address under the property, once: texts, or nodes with `url`, `contentUrl` or `@id`."""
        found: dict[str, None] = {}
        for value in _listed(self.members.get(key)):
            written = address_text(value)
            address = web_address(written) if written else None
            if address:
                found[address] = None
            elif written:
                self.drop_address(key, written)
        return list(found)

    def profiles(self) -> list[str]:
        """The addresses under sameAs, at most MAX_SAME_AS."""
        found = self.addresses("sameAs")
        if len(found) > MAX_SAME_AS:
            self.drop("sameAs", "several", f"only the first {MAX_SAME_AS} of {len(found)} addresses are carried")
        return found[:MAX_SAME_AS]

    def node(self, key: str) -> "Node | None":
        """The first object under the property; more of them are noted."""
        nodes = list(self.nodes(key))
        if len(nodes) > 1:
            self.drop(key, "several", f"only the first of {len(nodes)} objects is carried")
        return nodes[0] if nodes else None

    def nodes(self, key: str) -> Iterator["Node"]:
        yield from (entry for entry in self.entries(key) if isinstance(entry, Node))

    def entries(self, key: str) -> Iterator["Node | str"]:
        """Nodes, and texts that are not blank, in the order of the file."""
        given = self.members.get(key)
        for index, value in enumerate(_listed(given)):
            literal = _literal(value)
            if literal is not None and not is_blank(tidy(literal)):
                yield literal
            elif isinstance(value, dict) and "@value" not in value:
                place = f"{self.pointer}/{key}/{index}" if isinstance(given, list) else f"{self.pointer}/{key}"
                yield Node(value, place, self.notes)

    def refuse(self, key: str, code: str, detail: str) -> None:
        self.notes.refused.append(Problem(f"{self.pointer}/{key}", code, detail))

    def drop_address(self, key: str, written: str) -> None:
        self.drop(key, "no_address", f"{written[:100]!r} is no absolute web address (http or https)")

    def drop(self, key: str, code: str, detail: str) -> None:
        self.notes.dropped.append(Problem(f"{self.pointer}/{key}", code, detail))

    def _kept(self, key: str, value: str, limit: int) -> str:
        check_text(self.notes, f"{self.pointer}/{key}", value, limit)
        return value


def check_text(notes: Notes, pointer: str, value: str, limit: int) -> None:
    """Refuses the record when the text is too long or cannot be stored: nothing is cut or repaired in silence."""
    forbidden = find_forbidden(value)
    if forbidden:
        detail = f"contains {forbidden}, which is no character (or the file is not UTF-8 there)"
        notes.refused.append(Problem(pointer, "forbidden_character", detail))
    if len(value) > limit:
        notes.refused.append(Problem(pointer, "too_long", f"has {len(value)} characters; {limit} are allowed"))


def address_text(value: object) -> str | None:
    """What is written where an address belongs; None when nothing is."""
    if isinstance(value, dict) and "@value" not in value:
        for key in ("url", "contentUrl", "@id"):
            for each in _listed(value.get(key)):
                written = address_text(each)
                if written:
                    return written
        return None
    literal = _literal(value)
    return literal.strip() or None if literal is not None else None


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _literal(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("@value")
    return value if isinstance(value, str) and not isinstance(value, Number) else None
