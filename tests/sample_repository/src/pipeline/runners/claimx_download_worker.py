"""Runs the ClaimX download worker."""

from pipeline.claimx.workers.download_worker import ClaimXDownloadWorker
from pipeline.runners import run

if __name__ == "__main__":
    run(ClaimXDownloadWorker())
