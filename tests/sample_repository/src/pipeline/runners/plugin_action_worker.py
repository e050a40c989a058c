"""Runs plugin actions."""

from pipeline.plugins.shared.workers.plugin_action_worker import PluginActionWorker
from pipeline.runners import run

if __name__ == "__main__":
    run(PluginActionWorker())
