"""Why a message is not on its way."""


class BadMailServer(Exception):
    """An address names no mail server that could be used; the message says what is wrong."""


class NotSent(Exception):
    """A message was not taken, and the message of this says by whom and why.

    ``is_final``: another attempt would end as this one did. ``is_away``: nobody answered, so
    all other messages would end as this one did. ``wait``: seconds asked for before the next.
    """

    def __init__(
        self, reason: str, *, is_final: bool = False, is_away: bool = False, wait: int = 0
    ) -> None:
        super().__init__(reason)
        self.is_final, self.is_away, self.wait = is_final, is_away, wait
