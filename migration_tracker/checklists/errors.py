"""What can go wrong with a checklist; each text is for the person who ticked."""


class ChecklistError(Exception):
    """The base of all errors here."""


class NoSuchItem(ChecklistError):
    """The definition knows no such item, or leaves it to another witness."""


class NothingToVouchFor(ChecklistError):
    """The worker is not in the latest scan, so there is no code to vouch for."""


class MetAlready(ChecklistError):
    """The item's own witness calls it met: a tick would add nothing, and no page offers one."""


class CannotWaive(ChecklistError):
    """The waiver breaks a rule: its item is met, its time is over, or its approver is who asked."""


class Overtaken(ChecklistError):
    """Somebody else ticked, unticked, waived or decided after the page was made."""
