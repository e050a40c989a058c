"""Runs the worker that stages ClaimX events."""

from pipeline.claimx.workers.delta_events_worker import ClaimXDeltaEventsWorker
from pipeline.common.staging import Staging
from pipeline.common.transport import TransportConfig
from pipeline.runners import run

if __name__ == "__main__":
    run(ClaimXDeltaEventsWorker(TransportConfig.from_env(), Staging.from_env()))
