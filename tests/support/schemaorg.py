"""The site's JSON-LD as schema.org reads it: a real processor, and the shapes that schema.org publishes."""

import json
import warnings
from functools import cached_property
from pathlib import Path
from typing import Any

import pyshacl
import rdflib
from pyld import jsonld
from pyshacl.errors import ShapeRecursionWarning

SCHEMA = "http://schema.org/"
SHACL = rdflib.Namespace("http://www.w3.org/ns/shacl#")
SHAPE = "http://schema.org/validation#ValidSchema"
LITERALS = ("Text", "URL", "Number", "Integer", "Float", "Boolean", "Date", "DateTime", "Time")
CONTEXTS = ("https://schema.org", "https://schema.org/", "http://schema.org", "http://schema.org/")


class SchemaOrg:
    """A checker of documents. ``folder`` contains the saved context and the published shapes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def expand(self, document: dict[str, Any]) -> Any:
        return jsonld.expand(document, {"documentLoader": self._load_context})

    def faults(self, document: dict[str, Any]) -> list[str]:
        """Return the violations of the shapes, each with its property and its value, and the unknown terms."""
        with warnings.catch_warnings():
            # The shapes of persons and works refer to each other, so pyshacl warns that it stops following them.
            warnings.simplefilter("ignore", ShapeRecursionWarning)
            conforms, report, _ = pyshacl.validate(
                self._graph(document), shacl_graph=self._shapes, ont_graph=self._subclasses
            )
        results = list(report.subjects(rdflib.RDF.type, SHACL.ValidationResult))
        assert conforms == (results == [])
        # Results without a path are details of other results, unless no result has a path.
        paths = [result for result in results if (result, SHACL.resultPath, None) in report] or results
        found = [f"{report.value(each, SHACL.resultPath)} {report.value(each, SHACL.value)}" for each in paths]
        return sorted(found + [f"{term}: no property of schema.org" for term in self._unknown_terms(document)])

    def _unknown_terms(self, document: Any) -> set[str]:
        """Return keys and types that the context doesn't contain. A processor would silently invent URLs for them."""
        if isinstance(document, list):
            return {term for each in document for term in self._unknown_terms(each)}
        if not isinstance(document, dict):
            return set()
        known = self._context["@context"]
        here = {key for key in document if not key.startswith("@") and key not in known}
        here |= {document["@type"]} - known.keys() if "@type" in document else set()
        return here | {term for value in document.values() for term in self._unknown_terms(value)}

    def _graph(self, document: dict[str, Any]) -> rdflib.Graph:
        options = {"documentLoader": self._load_context, "format": "application/n-quads"}
        return rdflib.Graph().parse(data=jsonld.to_rdf(document, options), format="nt")

    def _load_context(self, address: str, options: object = None) -> dict[str, Any]:
        """Return the saved context. No other URL is ever requested."""
        assert address in CONTEXTS, address
        return {"contextUrl": None, "documentUrl": address, "document": self._context}

    @cached_property
    def _context(self) -> Any:
        return json.loads((self.folder / "schemaorgcontext.jsonld").read_bytes())

    @cached_property
    def _shapes(self) -> rdflib.Graph:
        """The published shapes, corrected as their README describes. Uncorrected shapes refuse every literal."""
        found = rdflib.Graph().parse(self.folder / "schemaorg-shapes.shacl", format="turtle")
        for name in LITERALS:
            shape = rdflib.URIRef(SHAPE + name)
            assert (shape, SHACL.nodeKind, None) in found, name
            found.set((shape, SHACL.nodeKind, SHACL.IRIOrLiteral if name in ("Text", "URL") else SHACL.Literal))
        return found

    @cached_property
    def _subclasses(self) -> rdflib.Graph:
        return rdflib.Graph().parse(self.folder / "schemaorg-subclasses.shacl", format="turtle")
