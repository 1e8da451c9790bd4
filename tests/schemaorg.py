"""What schema.org itself says of our JSON-LD: a real processor, and the shapes that schema.org publishes."""

import json
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pyshacl
import rdflib
from pyld import jsonld
from pyshacl.errors import ShapeRecursionWarning

DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "schemaorg"
SCHEMA = "http://schema.org/"
SHACL = rdflib.Namespace("http://www.w3.org/ns/shacl#")
SHAPE = "http://schema.org/validation#ValidSchema"
LITERALS = ("Text", "URL", "Number", "Integer", "Float", "Boolean", "Date", "DateTime", "Time")
CONTEXTS = ("https://schema.org", "https://schema.org/", "http://schema.org", "http://schema.org/")


def load_context(address: str, options: object = None) -> dict[str, Any]:
    """The saved context; no other address is ever asked for."""
    assert address in CONTEXTS, address
    return {"contextUrl": None, "documentUrl": address, "document": _context()}


@cache
def _context() -> Any:
    return json.loads((DATA / "schemaorgcontext.jsonld").read_bytes())


def expand(document: dict[str, Any]) -> Any:
    return jsonld.expand(document, {"documentLoader": load_context})


def graph(document: dict[str, Any]) -> rdflib.Graph:
    triples = jsonld.to_rdf(document, {"documentLoader": load_context, "format": "application/n-quads"})
    return rdflib.Graph().parse(data=triples, format="nt")


@cache
def shapes() -> rdflib.Graph:
    """The published shapes, mended as the README beside them says: as published they refuse every literal."""
    found = rdflib.Graph().parse(DATA / "schemaorg-shapes.shacl", format="turtle")
    for name in LITERALS:
        shape = rdflib.URIRef(SHAPE + name)
        assert (shape, SHACL.nodeKind, None) in found, name
        found.set((shape, SHACL.nodeKind, SHACL.IRIOrLiteral if name in ("Text", "URL") else SHACL.Literal))
    return found


@cache
def subclasses() -> rdflib.Graph:
    return rdflib.Graph().parse(DATA / "schemaorg-subclasses.shacl", format="turtle")


def faults(document: dict[str, Any]) -> list[str]:
    """What the shapes object to, each as its property and its value; terms without a meaning in schema.org too."""
    with warnings.catch_warnings():
        # Persons have works and works have persons: pyshacl says where it stops following the shapes.
        warnings.simplefilter("ignore", ShapeRecursionWarning)
        conforms, report, _ = pyshacl.validate(graph(document), shacl_graph=shapes(), ont_graph=subclasses())
    results = list(report.subjects(rdflib.RDF.type, SHACL.ValidationResult))
    assert conforms == (results == [])
    # Results without a path are details of those with one, unless there is no other.
    paths = [result for result in results if (result, SHACL.resultPath, None) in report] or results
    found = [f"{report.value(each, SHACL.resultPath)} {report.value(each, SHACL.value)}" for each in paths]
    return sorted(found + [f"{term}: no property of schema.org" for term in unknown_terms(document)])


def unknown_terms(document: Any) -> set[str]:
    """Keys and types that the context does not have: a processor would make up an address for them."""
    if isinstance(document, list):
        return {term for each in document for term in unknown_terms(each)}
    if not isinstance(document, dict):
        return set()
    known = _context()["@context"]
    here = {key for key in document if not key.startswith("@") and key not in known}
    here |= {document["@type"]} - known.keys() if "@type" in document else set()
    return here | {term for value in document.values() for term in unknown_terms(value)}
