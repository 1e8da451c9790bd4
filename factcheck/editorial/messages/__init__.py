"""Messages from readers: receiving, limits, decisions, and deletion after the retention period.

The desk's pages for messages belong in `factcheck.editorial.desk.readers`.
"""
