"""Runs the site: processes, the worker, the schedule, environment variables, secret files and HTTP connections.

The commands are for the whole project. This package doesn't depend on reviews, drafts or log entries.
"""
