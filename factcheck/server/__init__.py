"""How the site runs: processes, the worker, fixed times, environment variables, files with secrets, HTTP connections.

Its commands serve the whole project. Nothing here knows reviews, drafts or log entries.
"""
