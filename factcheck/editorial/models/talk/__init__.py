"""Tables of what a newsroom says beside the text: comments, which readers never see.

The rules are in `sql/comments.sql`, the functions in `factcheck.editorial.talk`, the pages in `desk.talk`.
"""
