"""What one look at the installation found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing an installation needs, and how it is.

    Attributes:
        subject: what was looked at, in a word or two.
        well: whether it is as it must be.
        summary: what was found, without an address, a path or a name, so that anybody may read it.
        detail: the same more exactly, for those who run the installation; never a secret.
        remedy: what to do; empty when all is well.
    """

    subject: str
    well: bool
    summary: str
    detail: str = ""
    remedy: str = ""


def well(subject: str, summary: str, detail: str = "") -> Diagnosis:
    return Diagnosis(subject, True, summary, detail)


def unwell(subject: str, summary: str, remedy: str, detail: str = "") -> Diagnosis:
    return Diagnosis(subject, False, summary, detail, remedy)
