"""Evidence beside the log: public copies of sources, the newest check of each source, and newsrooms' rules.

These rows are derived neither from the log nor from drafts. A newsroom can hide a copy at any time.
"""
