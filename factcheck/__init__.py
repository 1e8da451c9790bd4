"""The site: settings, URLs, middleware, WSGI, and one package for each part.

`record` is public, `editorial` belongs to the newsroom, and `imports` reads other publishers' files. `website` shows
the record, and `webhooks` notifies other sites. The REST API is in the package `api`.
"""

# The version of the software, which is independent of v1 in the API's URLs.
__version__ = "0.1.0"
