"""Bringing posts in from other blogs."""
