"""Pages of what a newsroom says beside the text: comments on claims, reviews, sources and readers' messages.

The rules are in `factcheck.editorial.talk`, and these pages only show what the person may open.
"""
