"""Copies of the database and the media of a running blog, and putting one back."""
