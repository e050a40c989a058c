"""Runs the Verisk download worker."""

from pipeline.runners import run
from pipeline.verisk.workers.download_worker import VeriskDownloadWorker

if __name__ == "__main__":
    run(VeriskDownloadWorker())
