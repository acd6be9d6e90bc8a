"""Work that no request waits for: a row each, done later, at least once."""
