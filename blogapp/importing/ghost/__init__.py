"""Reading exports of Ghost, versions 1 to 6, as JSON and with their files as ZIP."""

from blogapp.importing.ghost.source import GhostSource, open_ghost

__all__ = ["GhostSource", "open_ghost"]
