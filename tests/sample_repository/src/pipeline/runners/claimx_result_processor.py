"""Runs the ClaimX result processor."""

from pipeline.claimx.workers.result_processor import ClaimXResultProcessor
from pipeline.common.staging import Staging
from pipeline.common.transport import TransportConfig
from pipeline.runners import run

if __name__ == "__main__":
    run(ClaimXResultProcessor(TransportConfig.from_env(), Staging.from_env()))
