"""The public log: entries, documents, the Merkle tree, signatures, witnesses, and a verifier for outsiders.

The log knows nothing that is derived from it. Rows for readers are in `readmodel`, `search` and `matching`.
Statements arrive here complete: their content is declared in `statements`.
"""
