"""Runs mitigation tracking."""

from pipeline.common.claimx_api import ClaimXApi
from pipeline.plugins.claimx_mitigation_task.mitigation_tracking_worker import MitigationTrackingWorker
from pipeline.runners import run

if __name__ == "__main__":
    run(MitigationTrackingWorker(ClaimXApi.from_env()))
