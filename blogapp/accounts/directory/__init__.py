"""People whom another system knows: who they are, what they may do here, and when they are gone.

That system is an OpenID provider, called the directory here.
"""
