"""What can go wrong with a change of scope; each text is for the person who decided."""


class ScopeChangeError(Exception):
    """The base of all errors here."""


class CannotDecide(ScopeChangeError):
    """Who decided wrote the change, or gave no reason."""


class Overtaken(ScopeChangeError):
    """Somebody else decided, or a scan saw the change taken back, after the page was made."""
