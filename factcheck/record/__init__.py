"""Everything that has been published: the public log, and the rows that readers get.

Nothing here knows drafts, the desk or HTTP, and nothing here imports another package of the project
except `database` and `server`. The rules that the database enforces are in `sql/`.
"""
