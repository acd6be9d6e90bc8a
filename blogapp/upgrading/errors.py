"""Why an upgrade did not happen. Each message is one line for people."""


class UpgradeError(Exception):
    """What failed; the version that served goes on serving."""


class NeedsRestart(Exception):
    """The new version is in place, and only somebody else may let it serve; says how."""
