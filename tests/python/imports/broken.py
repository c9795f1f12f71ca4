"""Imported by main.py; fails while it runs."""
1 / 0
