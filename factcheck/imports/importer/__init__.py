"""Records of other publishers as drafts: what is known of each, and what becomes of it.

Here belongs what an import does to the newsroom's rows. Reading files is `exchange`, deciding is `proposals`.
"""
