"""Pages that explain: the documentation, the site itself, how newsrooms check claims, and the data for programs.

The texts are in `docs/`. Files that programs expect on every site are here too.
"""
