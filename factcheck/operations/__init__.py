"""Runs the site: the worker, its schedule, processes, backups, and the commands of the whole project.

This package may use every other package. Nothing but the monitoring and the URLs may import it.
"""
