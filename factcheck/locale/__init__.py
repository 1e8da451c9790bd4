"""Dates and numbers of a language where Django's own are missing or not ours; a package for each language."""
