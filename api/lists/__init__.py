"""Lists of the API: filters, orders, cursors, pages, search results and `as_of`.

It knows which filters exist but serves no URL: views are in `api.views`. `api.http` has the tools of every endpoint.
"""
