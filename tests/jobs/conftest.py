"""Mail that jobs bring arrives somewhere."""

from tests.mailing.conftest import mailbox, serve_mail

__all__ = ["mailbox", "serve_mail"]
