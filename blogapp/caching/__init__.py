"""Public answers kept ready to send: in memory, and as files."""
