"""Where Event Hubs consumers keep how far they are and who reads what: the service itself keeps neither."""

from transport.checkpoints.folder import FolderStore
from transport.checkpoints.nowhere import Nowhere
from transport.checkpoints.patient import PatientStore
from transport.checkpoints.store import Ownership, Store

__all__ = ["FolderStore", "Nowhere", "Ownership", "PatientStore", "Store"]
