"""The way into the desk: the home page with the work that needs a person's attention, the menu and the guides.

The pages about one kind of subject belong in the other rooms.
"""
