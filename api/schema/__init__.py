"""The OpenAPI document: JSON Schema of requests and responses, and how views describe themselves.

Schemas of statements come from `factcheck.record.statements`. The tests compare the document with real responses.
"""
