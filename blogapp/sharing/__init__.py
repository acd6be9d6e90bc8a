"""What several workers, on one machine or many, have in common besides the database: Redis.

Nothing here is needed. Whatever asks Redis falls back to the database when `errors.Away` is
raised, which is at once while Redis is known to be away.
"""
