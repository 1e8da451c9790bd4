"""One module for each resource of the REST API, with its endpoints and the content that they send.

Parameters, lists and problems are in `api.lists` and `api.http`, URLs in `api.urls`, JSON Schema in `api.schema`.
"""
