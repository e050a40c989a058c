"""Runs the Verisk upload worker."""

from pipeline.runners import run
from pipeline.verisk.workers.upload_worker import VeriskUploadWorker

if __name__ == "__main__":
    run(VeriskUploadWorker())
