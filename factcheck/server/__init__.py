"""Running the site: processes, the worker, scheduled commands, environment variables, secret files, HTTP connections.

The commands in this package are for the whole project. This package doesn't deal with reviews, drafts or log entries.
"""
