"""Things that tests share: databases, drafts, servers, and questions to answers. Fixtures are in `conftest.py` alone."""
