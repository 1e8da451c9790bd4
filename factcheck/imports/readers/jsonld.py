"""The reader of values from JSON-LD in all forms that publishers use: strings, lists, value objects and nodes."""

from collections.abc import Iterator
from itertools import islice

from factcheck.imports.readers.files import types_of
from factcheck.imports.readers.json_stream import Number
from factcheck.imports.readers.jsonld_graphs import Node as Members
from factcheck.imports.readers.jsonld_graphs import is_reference
from factcheck.imports.readers.normalise import calendar_date, language_tag, tidy, web_address
from factcheck.imports.readers.results import Notes, Problem
from factcheck.imports.readers.word_dates import word_date
from factcheck.record.formats.text import find_forbidden
from factcheck.record.statements.faults import Fault, pointer_step
from factcheck.record.statements.parts import Part, max_length, rule_of
from factcheck.record.statements.values import MAX_LIST, MAX_SAME_AS, is_blank

_OWN_ADDRESS = ("url", "contentUrl", "@id")  # the first existing one is the node's URL


class Node:
    """A JSON-LD node and its position, which is a JSON pointer within the record."""

    def __init__(self, members: Members, pointer: str, notes: Notes) -> None:
        self.members = members
        self.pointer = pointer
        self.notes = notes
        self.types = types_of(members)

    def text(self, key: str, *, limit: int, one_line: bool = True) -> str | None:
        """Return the property as text, or None. If there are several texts, all of them are dropped with a note."""
        found = [value for value in map(_literal, _listed(self.members.get(key))) if value is not None]
        if found:
            self._mark(key)
        tidied = dict.fromkeys(tidy(each, one_line=one_line) for each in found)
        texts = [value for value in tidied if not is_blank(value)]
        if len(texts) > 1:
            self.drop(key, "several", f"{len(texts)} texts, but one is expected")
            return None
        return self._kept(key, texts[0], limit) if texts else None

    def text_for(self, model: type[Part], name: str, key: str) -> str | None:
        """Return the property as text, with the limits of this field of a statement."""
        rule = rule_of(model, name)
        assert rule.limit is not None
        return self.text(key, limit=rule.limit, one_line=rule.one_line)

    def number_for(self, model: type[Part], name: str, key: str) -> str | None:
        """Return the property as it is written in the file. A number keeps its digits (for example "1.50")."""
        found = [each.get("@value") if isinstance(each, dict) else each for each in _listed(self.members.get(key))]
        if len(found) == 1 and isinstance(found[0], Number):
            self._mark(key)
            return self._kept(key, str(found[0]), max_length(model, name))
        return self.text_for(model, name, key)

    def day(self, key: str, language: str) -> str | None:
        """Return the day, as YYYY-MM-DD or in words. `language` decides if a word means different months."""
        value = self.text(key, limit=100)
        if value is None:
            return None
        day = calendar_date(value) or word_date(value, language)
        if day is None:
            self.drop(key, "no_date", f"{value!r} isn't an unambiguous day")
        return day

    def language(self, key: str) -> str | None:
        """Return the BCP 47 tag from a text, or from the alternateName of a Language node."""
        node = self.node(key)
        value = (node.text("alternateName", limit=100) if node else None) or self.text(key, limit=100)
        if value is None:
            return None
        tag = language_tag(value)
        if tag is None:
            self.drop(key, "no_language", f"{value!r} isn't a language tag (BCP 47)")
        return tag

    def address(self, *keys: str) -> str | None:
        """Return the first URL in these properties. Other values are dropped with a note."""
        for key in keys:
            found = self.addresses(key)
            if found:
                if len(found) > 1:
                    self.drop(key, "several", "only the first of several URLs is kept")
                return found[0]
        return None

    def addresses(self, key: str) -> list[str]:
        """Return all URLs in the property, without repetitions.

        A URL can be a text, or a node with `url`, `contentUrl` or `@id`.
        """
        found: dict[str, None] = {}
        for written in self.written(key):
            if address := web_address(written):
                found[address] = None
            else:
                self.drop_address(key, written)
        return list(found)

    def written(self, key: str) -> Iterator[str]:
        """Yield the texts in a property that should contain URLs, without validation."""
        for place, value in self._placed(key):
            if isinstance(value, dict) and "@value" not in value:
                written = Node(value, place, self.notes).written_address()
            else:
                written = address_text(value)
            if written:
                self._mark(key)
                yield written

    def written_address(self) -> str | None:
        """Return the text of the node's own URL without validation, or None."""
        for key in _OWN_ADDRESS:
            for each in _listed(self.members.get(key)):
                if written := address_text(each):
                    self._mark(key)
                    return written
        return None

    def profiles(self) -> list[str]:
        """Return the URLs in sameAs, limited to MAX_SAME_AS."""
        found = self.addresses("sameAs")
        if len(found) > MAX_SAME_AS:
            self.drop("sameAs", "several", f"only the first {MAX_SAME_AS} of {len(found)} URLs are kept")
        return found[:MAX_SAME_AS]

    def node(self, key: str) -> "Node | None":
        """Return the first object in the property. Further objects are dropped with a note."""
        nodes = list(self.nodes(key))
        if len(nodes) > 1:
            self.drop(key, "several", f"only the first of {len(nodes)} objects is kept")
        return nodes[0] if nodes else None

    def nodes(self, key: str) -> Iterator["Node"]:
        for entry in self._entries(key):
            if isinstance(entry, Node) and not self._leads_nowhere(entry):
                self._mark(key)
                yield entry

    def parties(self, key: str) -> Iterator["Node | str"]:
        """Return the nodes and texts for people or organisations, without references to missing nodes.

        Each such reference is noted as dropped.
        """
        return (each for each in self.entries(key) if isinstance(each, str) or not self._leads_nowhere(each))

    def entries(self, key: str) -> Iterator["Node | str"]:
        """Yield nodes, and texts that aren't blank, in file order."""
        for entry in self._entries(key):
            self._mark(key)
            yield entry

    def drop_unread(self) -> None:
        """Add a note for each property here or below whose value wasn't read, up to MAX_LIST notes."""
        for place in islice(_unread(self.members, self.pointer, self.notes.read), MAX_LIST):
            self.notes.dropped.append(Problem(place, "not_carried", "has no place in a record"))

    def refuse(self, key: str, code: str, detail: str) -> None:
        self.notes.refused.append(Problem(f"{self.pointer}/{key}", code, detail))

    def drop_address(self, key: str, written: str) -> None:
        self.drop(key, "no_address", f"{written[:100]!r} isn't an absolute URL (http or https)")

    def drop(self, key: str, code: str, detail: str) -> None:
        self.notes.dropped.append(Problem(f"{self.pointer}/{key}", code, detail))

    def _leads_nowhere(self, entry: "Node") -> bool:
        if not is_reference(entry.members):
            return False
        self.notes.read.add(entry.pointer)
        detail = f"{str(entry.members['@id'])[:100]!r} refers to a node that does not exist"
        self.notes.dropped.append(Problem(entry.pointer, "not_found", detail))
        return True

    def _mark(self, key: str) -> None:
        self.notes.read.add(f"{self.pointer}/{key}")

    def _entries(self, key: str) -> Iterator["Node | str"]:
        for place, value in self._placed(key):
            literal = _literal(value)
            if literal is not None and not is_blank(tidy(literal)):
                yield literal
            elif isinstance(value, dict) and "@value" not in value:
                yield Node(value, place, self.notes)

    def _placed(self, key: str) -> Iterator[tuple[str, object]]:
        """Yield the values of the property, each with its position."""
        given, place = self.members.get(key), f"{self.pointer}/{key}"
        if isinstance(given, list):
            yield from ((f"{place}/{index}", value) for index, value in enumerate(given))
        elif given is not None:
            yield place, given

    def _kept(self, key: str, value: str, limit: int) -> str:
        """Return the value, and refuse the record if the value is too long or can't be stored.

        Values are never cut or repaired silently.
        """
        if forbidden := find_forbidden(value):
            self.refuse(
                key, "forbidden_character", Fault("", "forbidden_character", {"character": forbidden}).message()
            )
        if len(value) > limit:
            fault = Fault("", "too_long", {"limit": limit, "count": len(value)})
            self.refuse(key, fault.code, fault.message())
        return value


def address_text(value: object) -> str | None:
    """Return the text of a URL without validation, or None."""
    if isinstance(value, dict) and "@value" not in value:
        written = (address_text(each) for key in _OWN_ADDRESS for each in _listed(value.get(key)))
        return next(filter(None, written), None)
    literal = _literal(value)
    return literal.strip() or None if literal is not None else None


def _unread(value: object, place: str, read: set[str]) -> Iterator[str]:
    """Yield the positions of unread values below a value that was read. Empty values are left out."""
    stack = [(place, value)]
    while stack:
        place, value = stack.pop()
        if isinstance(value, list):
            stack += [(f"{place}/{index}", each) for index, each in enumerate(value)]
        elif isinstance(value, dict):
            for key, each in value.items():
                below = f"{place}/{pointer_step(key)}"
                if below in read:
                    stack.append((below, each))
                elif not key.startswith("@") and not _says_nothing(each):
                    yield below


def _says_nothing(value: object) -> bool:
    stack = [value]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack += value
        elif isinstance(value, dict):
            stack += [each for key, each in value.items() if not key.startswith("@") or key == "@value"]
        elif value is not None and not (isinstance(value, str) and is_blank(tidy(value))):
            return False
    return True


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _literal(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("@value")
    return value if isinstance(value, str) and not isinstance(value, Number) else None
