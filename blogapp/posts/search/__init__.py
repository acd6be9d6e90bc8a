"""The search index: what a database keeps of posts so that they are found by words."""
