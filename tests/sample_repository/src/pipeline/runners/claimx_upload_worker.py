"""Runs the ClaimX upload worker."""

from pipeline.claimx.workers.upload_worker import ClaimXUploadWorker
from pipeline.runners import run

if __name__ == "__main__":
    run(ClaimXUploadWorker())
