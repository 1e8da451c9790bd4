"""Helpers that tests share: databases, drafts, servers, and checks of answers. All fixtures are in `conftest.py`."""
