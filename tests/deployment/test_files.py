"""Compose file, images, manifests and units: held against schemas and linters, and what each must say."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from migration_tracker.supervisor.program import QUEUES
from tests.deployment import composed
from tests.repository.test_variables_are_documented import documented
from workers import registry

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
IMAGES = ("Dockerfile", "deploy/azurite/Dockerfile")
MANIFESTS = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
OF_THE_IMAGE = {"PORT", "TRACKER_DATA_DIR", "TRACKER_STATIC_DIR", "DEBUG"}  # the last: never where others are
LASTING = {name for name, said in composed.services().items() if name != "prepare"}


def checked(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_compose_file_is_what_its_specification_allows():
    checked(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", composed.FILE)


def test_every_service_is_watched_started_again_and_bounded():
    for name in LASTING:
        said = composed.services()[name]
        assert said["restart"] == "unless-stopped", name
        assert "mem_limit" in said, name
        assert "healthcheck" in said or name == "beat", (
            name
        )  # beat is watched by the doctor's look at its clock
        assert said["profiles"], name


def test_our_services_run_without_rights_on_a_file_system_they_cannot_write():
    ours = [said for said in composed.services().values() if said["image"].startswith("migration-tracker")]
    assert len(ours) > 20
    for said in ours:
        assert said["read_only"]
        assert said["cap_drop"] == ["ALL"]
        assert set(said.get("ports", ())) <= {"127.0.0.1:8000:8000", "127.0.0.1:10000:10000"}


def names(settings: Iterable[str]) -> list[str]:
    """Without the `_FILE` of those whose value is in a file."""
    return sorted(setting.removesuffix("_FILE") for setting in settings)


def test_the_compose_file_and_the_manifest_have_every_setting_of_the_tracker_and_no_other():
    """One that is left out of them cannot be set there at all."""
    settings = sorted({*documented("tracker")} - OF_THE_IMAGE)
    for name, said in composed.services().items():
        if "tracker" in said["profiles"] and said["image"].startswith("migration-tracker"):
            assert names({*said["environment"]} - {"QUEUE"}) == settings, name
    before, _, configured = (ROOT / "deploy/kubernetes/tracker.yaml").read_text().partition("\ndata:\n")
    secret = re.findall(r"--from-literal=([A-Z_]+)=", before)
    plain = re.findall(r"^  (?:# )?([A-Z_]+): \S", configured.partition("\n---\n")[0], re.MULTILINE)
    assert sorted(secret + plain) == settings
    assert not [setting for setting in plain if re.search(r"KEY$|SECRET|TOKEN|PASSWORD$|EMAIL_URL", setting)]


def test_what_the_manifest_offers_is_what_the_settings_take(tmp_path: Path):
    configured = next(yaml.safe_load_all((ROOT / "deploy/kubernetes/tracker.yaml").read_text()))["data"]
    text = (ROOT / "deploy/kubernetes/tracker.yaml").read_text().partition("\n---\n")[0]
    offered = yaml.safe_load("\n".join(re.findall(r"^  # ([A-Z_]+: .*)", text, re.MULTILINE)))
    assert {type(value) for value in (configured | offered).values()} == {str}
    given = {"TRACKER_DATA_DIR": str(tmp_path), "OIDC_CLIENT_SECRET": "s", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", "import migration_tracker.settings"],
        cwd=ROOT,
        env=configured | offered | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_no_secret_stands_in_the_compose_file():
    secrets = composed.read()["secrets"]
    assert {secret["file"].partition("/secrets/")[0] for secret in secrets.values()} == {"."}
    text = composed.FILE.read_text()
    assert not re.search(r"(PASSWORD|SECRET\w*|TOKEN|KEY): (?!\$\{\w+:-\}|/run/secrets/|localhost)\S", text)
    checked("git", "check-ignore", "--quiet", "secrets/database_url")


def test_each_queue_and_each_worker_has_its_service():
    services = composed.services()
    assert {services[queue]["environment"]["QUEUE"] for queue in QUEUES} == set(QUEUES)
    run = [said["command"][-1] for said in services.values() if said["profiles"] == ["workers"]]
    assert sorted(run) == sorted(registry.names())


def test_on_the_event_hubs_stand_in_each_worker_has_its_service_and_a_port_for_its_health():
    on_it = [said for said in composed.services().values() if said["profiles"] == ["workers-eventhub"]]
    assert sorted(said["environment"]["WORKER"] for said in on_it) == sorted(registry.names())
    ports = {said["environment"]["WORKER_HEALTH_ADDRESS"] for said in on_it}
    assert len(ports) == len(on_it)  # they share one network
    assert {said["network_mode"] for said in on_it} == {"service:eventhub"}
    assert not [said for said in on_it if "networks" in said or "ports" in said]


def test_the_emulator_is_given_what_one_domain_uses_and_no_more_than_it_bears():
    """Ten event hubs, twenty groups each, 32 partitions: as the vendor's documents have it."""
    [mount] = composed.services()["emulator"]["volumes"]
    config = json.loads((ROOT / mount.partition(":")[0]).read_text())
    [namespace] = config["UserConfig"]["NamespaceConfig"]
    assert (namespace["Type"], namespace["Name"]) == ("EventHub", "emulatorNs1")  # it knows no other
    hubs = {one["Name"]: {group["Name"] for group in one["ConsumerGroups"]} for one in namespace["Entities"]}
    assert len(hubs) == len(namespace["Entities"]) <= 10
    assert all(len(groups) <= 20 for groups in hubs.values())
    assert all(1 <= int(one["PartitionCount"]) <= 32 for one in namespace["Entities"])
    topics = tomllib.loads((ROOT / "config" / "pipeline.toml").read_text())["domains"]["claimx"]["topics"]
    for topic in topics.values():
        assert topic["consumer_group"] in hubs[topic["event_hub"]]
        assert topic["dead_letter"] in hubs
    ports = composed.services()["emulator"]["ports"]
    assert ports == ["127.0.0.1:5672:5672"]  # not the one for Kafka, on which nothing would be proven


def test_the_secrets_are_made_once_and_kept(tmp_path: Path):
    (tmp_path / "deploy").mkdir()
    script = shutil.copy(ROOT / "deploy" / "make-secrets", tmp_path / "deploy")
    checked(script)
    before = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    checked(script)
    assert before == {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    assert set(before) == set(composed.read()["secrets"])
    assert before["postgres_password"] in before["database_url"]
    assert len(before["secret_key"]) >= 50


@pytest.mark.parametrize("image", IMAGES)
def test_a_linter_finds_nothing_in_the_image(image: str):
    checked(BIN / "hadolint", "--failure-threshold", "info", image)


def test_the_image_runs_as_nobody_in_particular_without_compiler_or_installer():
    _, build, last = (ROOT / "Dockerfile").read_text().split("\nFROM ")
    assert "gcc" in build
    assert "gcc" not in last
    assert "pip uninstall" in build
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", build, re.MULTILINE)
    wanted = {name for names in copied for name in names.split()}
    admitted = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    assert wanted == admitted


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.name)
def test_a_manifest_is_what_kubernetes_allows(manifest: Path):
    checked(BIN / "kubernetes-validate", "--strict", manifest)


def test_every_pod_is_bounded_and_runs_as_nobody_in_particular():
    documents = [one for manifest in MANIFESTS for one in yaml.safe_load_all(manifest.read_text())]
    pods = [one["spec"]["template"]["spec"] for one in documents if "template" in one.get("spec", {})]
    assert len(pods) == 7
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"]
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert container["resources"]["limits"]["memory"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze on the PATH")
@pytest.mark.parametrize(("typed", "complaints"), [("Restart=always", 0), ("Restart=allways", 3)])
def test_systemd_finds_nothing_in_the_units_but_a_slip(tmp_path: Path, typed: str, complaints: int):
    for unit in UNITS:  # it looks for the programs that they start
        text = unit.read_text().replace("/opt/tracker/bin", str(BIN)).replace("Restart=always", typed)
        (tmp_path / unit.name).write_text(text)
    verified = [tmp_path / unit.name.replace("@.", "@scans.") for unit in UNITS]
    (tmp_path / "migration-tracker-jobs@scans.service").symlink_to("migration-tracker-jobs@.service")
    done = subprocess.run(
        ["systemd-analyze", "verify", *verified], capture_output=True, text=True, check=False
    )
    told = {line for line in done.stderr.splitlines() if str(tmp_path) in line}
    assert len(told) == complaints, done.stderr
