"""Files and feeds of others coming in."""
