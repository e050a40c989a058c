"""What can go wrong with a checklist; each text is for the person who ticked."""


class ChecklistError(Exception):
    """The base of all errors here."""


class NoSuchItem(ChecklistError):
    """The definition knows no such item, or leaves it to another witness."""


class NothingToVouchFor(ChecklistError):
    """The worker is not in the latest scan, so there is no code to vouch for."""


class Overtaken(ChecklistError):
    """Somebody else ticked or unticked the item after the page was made."""
