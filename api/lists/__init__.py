"""The API's lists: filters, sort orders, cursors, pages, and search results.

This package defines the filters but doesn't serve any URL. The views are in `api.views`. Tools for all endpoints are in
`api.http`.
"""
