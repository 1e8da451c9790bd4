"""Tools that give AI assistants access to the record over the Model Context Protocol (docs/reference/assistants.md).

The tools search, match and read published reviews. They never write. `manage.py mcp` serves them.
"""
