"""Why there is no backup, or why one is not restored. Each message is one line for people."""


class BackupError(Exception):
    """What failed; the blog is as it was."""


class NotABackup(BackupError):
    """The file is something else."""


class Damaged(BackupError):
    """The file was a backup once: bytes of it are missing or others."""


class DoesNotFit(BackupError):
    """The backup is sound and cannot become this blog."""


class CannotWrite(BackupError):
    """There is no room, or no right to write."""


class CannotRead(BackupError):
    """The file is not there, or nobody may read it."""
