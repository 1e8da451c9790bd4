"""Formats and translations, a package for each language.

Formats of dates and numbers belong here if Django has none or the project needs others. `make messages` writes the
Vietnamese catalogue. Texts themselves are in code and templates, in English.
"""
