"""The site: settings, URLs, and its packages. The API is the package `api` beside it."""

# The version of the software. The URLs of the API say v1 whatever it is.
__version__ = "0.1.0"
