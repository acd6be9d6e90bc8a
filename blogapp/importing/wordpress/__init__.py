"""Reads what WordPress exports of itself: WXR 1.0 to 1.2, one file or several, with uploads."""

from blogapp.importing.wordpress.source import open_wordpress

__all__ = ["open_wordpress"]
