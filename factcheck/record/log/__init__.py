"""The public log: entries, documents, the Merkle tree, signatures, witnesses.

The log doesn't depend on anything that is derived from it. Rows for readers are in `readmodel`, `search` and
`matching`. Statements are complete when they are appended. Their content is declared in `statements`.
"""
