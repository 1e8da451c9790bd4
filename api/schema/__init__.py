"""The OpenAPI document: JSON Schemas of requests and responses, and descriptions of the views.

Schemas of statements come from `factcheck.record.statements`. The tests compare the document with real responses.
"""
