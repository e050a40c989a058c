"""Runs iTel orders."""

from pipeline.plugins.itel_cabinet_api.itel_cabinet_api_worker import ItelCabinetApiWorker
from pipeline.runners import run

if __name__ == "__main__":
    run(ItelCabinetApiWorker())
