"""The workers by name, and where each is found; naming them imports none of them."""

import difflib
import importlib
from typing import Any, cast

from workers.description import Description
from workers.errors import UnknownWorkerError
from workers.worker import WorkerType

WORKERS = {
    "claimx/delta_events_worker": "DeltaEventsWorker",
    "claimx/download_worker": "DownloadWorker",
    "claimx/enrichment_worker": "EnrichmentWorker",
    "claimx/entity_delta_worker": "EntityDeltaWorker",
    "claimx/event_ingester": "EventIngester",
    "claimx/result_processor": "ResultProcessor",
    "claimx/upload_worker": "UploadWorker",
    "plugins/claimx_mitigation_task/mitigation_tracking_worker": "MitigationTrackingWorker",
    "plugins/itel_cabinet_api/itel_cabinet_api_worker": "ItelCabinetApiWorker",
    "plugins/itel_cabinet_api/itel_cabinet_tracking_worker": "ItelCabinetTrackingWorker",
    "plugins/shared/workers/plugin_action_worker": "PluginActionWorker",
    "verisk/delta_events_worker": "DeltaEventsWorker",
    "verisk/download_worker": "DownloadWorker",
    "verisk/enrichment_worker": "EnrichmentWorker",
    "verisk/event_ingester": "EventIngester",
    "verisk/result_processor": "ResultProcessor",
    "verisk/upload_worker": "UploadWorker",
}
"""A worker's name is its file's path below `workers/`; the value is its class."""


def names() -> tuple[str, ...]:
    """Every worker's name, sorted."""
    return tuple(sorted(WORKERS))


def load(name: str) -> WorkerType:
    """The class of the worker `name`; raises UnknownWorkerError, which knows the near names."""
    return cast("WorkerType", _find(_known(name).replace("/", "."), WORKERS[name]))


def describe(name: str) -> Description:
    """The description of the worker `name`, from its domain's `descriptions`; raises UnknownWorkerError."""
    domain, file = _known(name).partition("/")[0], name.rpartition("/")[2]
    return cast("Description", _find(f"{domain}.descriptions", file.upper()))


def _known(name: str) -> str:
    if name not in WORKERS:
        raise UnknownWorkerError(name, tuple(difflib.get_close_matches(name, names(), n=3)))
    return name


def _find(module: str, attribute: str) -> Any:
    return getattr(importlib.import_module(f"workers.{module}"), attribute)
