"""What can go wrong with what is shared."""


class Away(Exception):
    """Redis gives no answer that is any use; says why. The database is asked instead."""


class NoScript(Exception):
    """Redis does not know a script by its hash: it has to be told the text."""
