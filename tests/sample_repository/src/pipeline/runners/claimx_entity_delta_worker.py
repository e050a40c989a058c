"""Runs the worker that stages ClaimX entities."""

from pipeline.claimx.workers.entity_delta_worker import EntityDeltaWorker
from pipeline.common.staging import Staging
from pipeline.common.transport import TransportConfig
from pipeline.runners import run

if __name__ == "__main__":
    run(EntityDeltaWorker(TransportConfig.from_env(), Staging.from_env()))
