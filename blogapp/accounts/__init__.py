"""People who write here: who they are, what they may do, how they prove it."""
