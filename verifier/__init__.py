"""The program with which outsiders check the public log and its proofs: one file, which the site also serves.

The program imports nothing of the project, and only tests import the program. It therefore doesn't repeat a mistake of
the server, and you can run it on any machine.
"""
