"""What can go wrong with people and their roles; each text is for the person who asked."""


class AccountError(Exception):
    """The base of all errors here."""


class CannotGive(AccountError):
    """Who gives or takes a role may not, or nobody is called so."""
