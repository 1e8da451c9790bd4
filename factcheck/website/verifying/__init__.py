"""Pages and files for checking what is published: proofs, public captures, pictures, and the page with commands.

The checks of the log themselves are in `record.audit`.
"""
