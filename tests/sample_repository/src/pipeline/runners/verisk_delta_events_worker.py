"""Runs the worker that stages Verisk events."""

from pipeline.common.staging import Staging
from pipeline.common.transport import TransportConfig
from pipeline.runners import run
from pipeline.verisk.workers.delta_events_worker import VeriskDeltaEventsWorker

if __name__ == "__main__":
    run(VeriskDeltaEventsWorker(TransportConfig.from_env(), Staging.from_env()))
