"""The one exception that is a user's to fix: the command line prints its single line and exits with code 2."""


class UserError(Exception):
    """One line that says what is wrong and what to do about it."""
