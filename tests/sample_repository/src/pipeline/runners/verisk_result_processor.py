"""Runs the Verisk result processor."""

from pipeline.common.staging import Staging
from pipeline.common.transport import TransportConfig
from pipeline.runners import run
from pipeline.verisk.workers.result_processor import VeriskResultProcessor

if __name__ == "__main__":
    run(VeriskResultProcessor(TransportConfig.from_env(), Staging.from_env()))
