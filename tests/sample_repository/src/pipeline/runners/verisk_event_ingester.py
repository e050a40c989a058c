"""Runs the Verisk event ingester."""

from pipeline.common.transport import TransportConfig
from pipeline.runners import run
from pipeline.verisk.workers.event_ingester import VeriskEventIngester

if __name__ == "__main__":
    run(VeriskEventIngester(TransportConfig.from_env()))
