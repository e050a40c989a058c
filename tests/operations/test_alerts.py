"""The alert rules, by promtool: well written, firing when they should, silent when all is well."""

import shutil
import subprocess

import yaml

from tests.conftest import ROOT, lacking

MONITORING = ROOT / "deploy" / "monitoring"
TESTS = ("alerts_test.yml", "alerts_of_a_day_test.yml")


def promtool(*arguments: str) -> None:
    unpacked = ROOT / "var" / "promtool" / "usr" / "bin" / "promtool"  # by .ci/run
    tool = str(unpacked) if unpacked.is_file() else shutil.which("promtool")
    if tool is None:
        lacking("promtool is missing: Debian's package prometheus brings it")
    done = subprocess.run([tool, *arguments], cwd=MONITORING, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_are_well_written():
    promtool("check", "rules", "alerts.yml")


def test_each_alert_fires_when_it_should_and_is_silent_when_all_is_well():
    promtool("test", "rules", *TESTS)


def test_each_alert_is_tried_both_ways():
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    silent, firing = set(), set()
    for file in TESTS:
        for test in yaml.safe_load((MONITORING / file).read_text())["tests"]:
            for one in test["alert_rule_test"]:
                (firing if one["exp_alerts"] else silent).add(one["alertname"])
    assert alerts == firing == silent
