"""Runs the ClaimX event ingester."""

from pipeline.claimx.workers.event_ingester import ClaimXEventIngester
from pipeline.common.transport import TransportConfig
from pipeline.runners import run

if __name__ == "__main__":
    run(ClaimXEventIngester(TransportConfig.from_env()))
