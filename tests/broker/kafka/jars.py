"""Apache Kafka's jars, which Maven resolves once into var/ (`pom.xml` says which)."""

import fcntl
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
CACHE = Path(__file__).parents[3] / "var" / "kafka"
JAVA = 17
RESOLVE_SECONDS = 300


class NoKafka(Exception):
    """Apache Kafka cannot run here; the text says what is lacking."""


def jars() -> Path:
    """The folder with the jars, filled at the first call.

    Errors: NoKafka.
    """
    if not shutil.which("java"):
        raise NoKafka(f"Apache Kafka needs Java {JAVA}: no java is on the PATH")
    if (found := _java_version()) < JAVA:
        raise NoKafka(f"Apache Kafka needs Java {JAVA}: the java on the PATH is {found}")
    folder = CACHE / hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _resolve(folder)
    return folder


def _java_version() -> int:
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    return int(version[1]) if version else 0


def _resolve(folder: Path) -> None:
    if not shutil.which("mvn"):
        raise NoKafka("Apache Kafka's jars come by Maven: no mvn is on the PATH")
    draft = folder.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", "-DincludeScope=runtime"]
    try:
        done = subprocess.run(
            [*command, f"-DoutputDirectory={draft}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=RESOLVE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise NoKafka(f"Maven did not bring Apache Kafka's jars within {RESOLVE_SECONDS} s") from None
    if done.returncode:
        told = (done.stdout + done.stderr).strip().splitlines()
        raise NoKafka(f"Maven could not resolve Apache Kafka: {told[0] if told else 'it does not say why'}")
    draft.rename(folder)
