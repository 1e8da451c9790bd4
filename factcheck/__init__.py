"""The site: settings, URLs, middleware and WSGI, and one package for each part.

`record` is public, `editorial` is the newsroom's, `imports` reads other publishers' files. `website` and `webhooks`
show the record. The REST API is the package `api`.
"""
