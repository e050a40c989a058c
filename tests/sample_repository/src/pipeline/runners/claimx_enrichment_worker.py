"""Runs the ClaimX enrichment worker."""

from pipeline.claimx.workers.enrichment_worker import ClaimXEnrichmentWorker
from pipeline.common.claimx_api import ClaimXApi
from pipeline.common.transport import TransportConfig
from pipeline.runners import run

if __name__ == "__main__":
    run(ClaimXEnrichmentWorker(TransportConfig.from_env(), ClaimXApi.from_env()))
