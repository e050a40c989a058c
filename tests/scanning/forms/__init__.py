"""Small programs as data: their modules, and the status and the places that each must get."""

from tests.scanning.forms import classes, computed, containers, harmless, imports, layer, passed_on
from tests.scanning.forms.form import WORKER, Form

__all__ = ["FORMS", "WORKER", "Form"]

FORMS = (
    *imports.FORMS,
    *passed_on.FORMS,
    *classes.FORMS,
    *containers.FORMS,
    *computed.FORMS,
    *layer.FORMS,
    *harmless.FORMS,
)
