"""Runs iTel cabinet tracking."""

from pipeline.common.claimx_api import ClaimXApi
from pipeline.common.staging import Staging
from pipeline.plugins.itel_cabinet_api.itel_cabinet_tracking_worker import ItelCabinetTrackingWorker
from pipeline.runners import run

if __name__ == "__main__":
    run(ItelCabinetTrackingWorker(ClaimXApi.from_env(), Staging.from_env()))
