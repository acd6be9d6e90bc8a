"""Messages to people and rooms: a row each until they are sent, by mail (RFC 5321) or webhook."""
