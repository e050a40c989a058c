"""Small programs as data: their modules, and the status and the places that each must get."""

from tests.scanning.forms import (
    chains,
    classes,
    computed,
    containers,
    handed_over,
    harmless,
    imports,
    instances,
    layer,
    loaders,
    lookalikes,
    passed_on,
    registries,
    texts,
    through_layer,
)
from tests.scanning.forms.form import WORKER, Form

__all__ = ["FORMS", "WORKER", "Form"]

FORMS = (
    *imports.FORMS,
    *passed_on.FORMS,
    *chains.FORMS,
    *classes.FORMS,
    *instances.FORMS,
    *handed_over.FORMS,
    *containers.FORMS,
    *registries.FORMS,
    *computed.FORMS,
    *loaders.FORMS,
    *texts.FORMS,
    *layer.FORMS,
    *through_layer.FORMS,
    *harmless.FORMS,
    *lookalikes.FORMS,
)
