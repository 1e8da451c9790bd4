"""The way into the desk: the home page with what needs a person's attention, the menu, and the guides.

Pages of one kind of subject belong in the other rooms.
"""
