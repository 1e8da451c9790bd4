"""Lists of the desk over tables with a million rows: pages, filters, and verdicts and states as pills.

The columns of one subject belong in the room of that subject.
"""
