"""Share pictures, texts for posts, citations, and the frame for other sites.

The tags for templates are in `templatetags/sharing.py`.
"""
