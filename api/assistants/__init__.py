"""The record as tools for AI assistants, over the Model Context Protocol (docs/reference/assistants.md).

The tools search, match and read published reviews. They never write, and `manage.py mcp` runs them.
"""
