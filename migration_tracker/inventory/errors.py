"""What can go wrong with an inventory; each text is for the person who asked."""


class InventoryError(Exception):
    """The base of all errors here."""


class CannotRegister(InventoryError):
    """The folder is no repository, or holds no usable definition."""


class Overtaken(InventoryError):
    """Somebody else gave the worker to somebody after the person's page was made."""


class NoCredentials(InventoryError):
    """There are none of that name, or they are for other hosts."""


class CannotFetch(InventoryError):
    """The repository elsewhere could not be fetched."""
