"""The site: settings, URLs, middleware and WSGI, and one package for each part.

`record` is public, `editorial` is the newsroom's, `imports` reads other publishers' files. `website` and `webhooks`
show the record. The REST API is the package `api`.
"""

# The version of the software. The URLs of the API say v1 whatever it is.
__version__ = "0.1.0"
