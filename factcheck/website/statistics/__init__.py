"""The statistics page: numbers in words, pictures, tables and CSV files.

The numbers themselves are counted in `record.lists.statistics`.
"""
