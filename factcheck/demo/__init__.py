"""The demo newsrooms: their content in files, and the code that loads the content into an empty database for trials.

The content is published through the workflow that a real newsroom uses. README.md contains the rules for the content.
"""
