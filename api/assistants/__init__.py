"""The record as tools for AI assistants, over the Model Context Protocol (docs/mcp.md)."""
