"""What can go wrong with people and their roles; each text is for the person who asked."""


class AccountError(Exception):
    """The base of all errors here."""


class CannotGive(AccountError):
    """Who gives or takes a role may not, or nobody is called so."""


class CannotSignIn(AccountError):
    """Somebody could not be signed in; the text says why and what to do, `reason` is for the log."""

    def __init__(self, text: str, reason: str = "") -> None:
        super().__init__(text)
        self.reason = reason


class ProviderAway(CannotSignIn):
    """The identity provider does not answer, or not as it must; nobody can sign in by it now."""
