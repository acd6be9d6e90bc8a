"""Asking other machines: every request to an address that somebody has set goes through here."""
