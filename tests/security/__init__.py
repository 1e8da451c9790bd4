"""Attacks on the running site, each red before it was answered."""
