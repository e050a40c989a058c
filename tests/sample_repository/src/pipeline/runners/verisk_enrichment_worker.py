"""Runs the Verisk enrichment worker."""

from pipeline.runners import run
from pipeline.verisk.workers.enrichment_worker import VeriskEnrichmentWorker

if __name__ == "__main__":
    run(VeriskEnrichmentWorker())
