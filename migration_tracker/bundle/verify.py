"""Checks a bundle of evidence: python verify.py [FOLDER] [--head DIGEST]. Needs Python 3.11 and nothing else.

That every file is as it was written, that the audit chain is whole, and that scans, smoke runs, ticks,
waivers and changes of scope say what the chain says, none added, altered or removed. Exit code 0: it all
holds; 1: it does not.

Whoever wrote the bundle could have written a chain anew. A head that was kept elsewhere tells: with --head
the chain must hold an entry with that digest.
"""

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Flaws = Iterator[str]  # a sentence each

ROWS = ("scans", "runs", "ticks", "waivers", "scope")
DECISIVE = ("passed", "failed")


def canonical(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def lines(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="\n") as opened:
        return [json.loads(line) for line in opened]


def check_files(folder: Path, manifest: Row) -> Flaws:
    for name, digest in manifest["sha256"].items():
        file = folder / name
        if not file.is_file():
            yield f"{name} is missing"
        elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            yield f"{name} was altered after the bundle was written"


def check_chain(entries: list[Row], chain: Row, head: str) -> Flaws:
    previous = ""
    for position, entry in enumerate(entries, 1):
        content = {name: value for name, value in entry.items() if name != "digest"}
        if entry["position"] != position or entry["chain"] != chain["key"]:
            yield f"audit entry {position} is missing"
            return
        if entry["previous"] != previous:
            yield f"audit entry {position} does not follow from the one before it"
        if canonical(content) != entry["digest"]:
            yield f"audit entry {position} was altered after it was written"
        previous = entry["digest"]
    if (len(entries), previous) != (chain["entries"], chain["head"]):
        yield f"the chain ends at entry {len(entries)}, but {chain['entries']} were written"
    if head and head not in {entry["digest"] for entry in entries}:
        yield "the chain holds no entry with the given head: it was written anew"


def scan_sealed(row: Row) -> str:
    said = sorted([w["name"], w["status"], w["fingerprint"], w["items"]] for w in row["workers"])
    return canonical([row["definition"], said])


def check_scans(rows: list[Row], entries: list[Row], sure: list[Row]) -> Flaws:
    told = {e["detail"]["scan"]: e for e in entries if e["action"] == "scan.finished"}
    for row in rows:
        entry = told.get(row["id"])
        if entry is None or entry["detail"]["commit"] != row["commit"]:
            yield f"scan {row['id']} is not what the chain says"
        elif entry["detail"].get("seal", scan_sealed(row)) != scan_sealed(row):
            yield f"what scan {row['id']} said of the workers was altered"
    for number in {e["detail"]["scan"] for e in sure if e["action"] == "scan.finished"}:
        if number not in {row["id"] for row in rows}:
            yield f"scan {number} was removed"


def run_told(entry: Row) -> tuple[Any, ...]:
    detail = entry["detail"]
    return (entry["subject"][2], *(detail.get(name) for name in ("transport", "commit", "result")))


def check_runs(rows: list[Row], entries: list[Row], sure: list[Row]) -> Flaws:
    ended = [e for e in entries if e["action"] == "smoke.finished" and e["detail"]["result"] in DECISIVE]
    told = {e["detail"]["run"]: e for e in ended}
    for row in rows:
        if row["result"] not in DECISIVE:
            continue
        entry = told.get(row["id"])
        said = (row["worker"], row["transport"], row["commit"], row["result"])
        if entry is None or run_told(entry) != said:
            yield f"smoke run {row['id']} of {row['worker']} is not what the chain says"
        elif entry["detail"].get("fingerprint", row["fingerprint"]) != row["fingerprint"]:
            yield f"smoke run {row['id']} of {row['worker']} was of other code"
    present = {row["id"] for row in rows if row["result"] in DECISIVE}
    last = sure[-1]["position"] if sure else 0
    for number, entry in told.items():
        if entry["position"] <= last and number not in present:
            yield f"smoke run {number} of {entry['subject'][2]} was removed or altered"


def tick_told(entry: Row) -> tuple[Any, ...]:
    detail = entry["detail"]
    ticked = entry["action"] == "item.ticked"
    return entry["subject"][2], detail["item"], ticked, detail["fingerprint"], detail["note"], entry["actor"]


def check_ticks(rows: list[Row], entries: list[Row], sure: list[Row]) -> Flaws:
    names = ("worker", "item", "ticked", "fingerprint", "note")
    present = Counter((*(row[name] for name in names), row["by"]["id"]) for row in rows)
    ticks = ("item.ticked", "item.unticked")
    for extra in present - Counter(tick_told(e) for e in entries if e["action"] in ticks):
        yield f"a tick of {extra[1]} of {extra[0]} is not in the chain"
    for lost in Counter(tick_told(e) for e in sure if e["action"] in ticks) - present:
        yield f"a tick of {lost[1]} of {lost[0]} was removed or altered"


def waiver_told(entries: list[Row]) -> tuple[Any, ...]:
    """How a waiver stands after its entries: the state, who asked, who decided, and what for."""
    first, last = entries[0], entries[-1]
    decided = [e["actor"] for e in entries if e["action"] in ("waiver.approved", "waiver.declined")]
    detail = first["detail"]
    return (
        last["action"].removeprefix("waiver."),
        None if detail.get("phase") else first["subject"][2],
        detail.get("phase"),
        detail["item"],
        detail["reason"],
        detail["until"],
        first["actor"],
        decided[0] if decided else None,
    )


def as_far_as_read(steps: list[Row], last: int) -> list[list[Row]]:
    """A row's entries, and each shorter part: what was entered while rows were read may be ahead of them."""
    cuts = [n for n in range(1, len(steps) + 1) if n == len(steps) or steps[n]["position"] > last]
    return [steps[:n] for n in cuts]


def check_waivers(rows: list[Row], entries: list[Row], sure: list[Row]) -> Flaws:
    told: dict[int, list[Row]] = {}
    for entry in entries:
        if entry["action"].startswith("waiver."):
            told.setdefault(entry["detail"]["waiver"], []).append(entry)
    last = sure[-1]["position"] if sure else 0
    for row in rows:
        decided = row["decided_by"]["id"] if row["decided_by"] else None
        names = ("state", "worker", "phase", "item", "reason", "until")
        said = (*(row[name] for name in names), row["asked_by"]["id"], decided)
        if said not in [waiver_told(steps) for steps in as_far_as_read(told.get(row["id"], []), last)]:
            of = row["worker"] or row["phase"]
            yield f"waiver {row['id']} of {row['item']} of {of} is not what the chain says"
        if decided == row["asked_by"]["id"]:
            yield f"waiver {row['id']} was decided by who asked for it"
    for number in {e["detail"]["waiver"] for e in sure if e["action"].startswith("waiver.")}:
        if number not in {row["id"] for row in rows}:
            yield f"waiver {number} was removed"


def scope_told(entries: list[Row]) -> tuple[Any, ...]:
    """How a change of scope stands after its entries: the state, what it says, who decided and why."""
    detail = entries[0]["detail"]
    decided = [e for e in entries if e["action"] in ("scope.approved", "scope.declined")]
    return (
        entries[-1]["action"].removeprefix("scope.").replace("narrowed", "waiting"),
        detail["commit"],
        detail["commits"],
        detail["narrowings"],
        decided[-1]["actor"] if decided else None,
        decided[-1]["detail"]["reason"] if decided else "",
    )


def check_scope(rows: list[Row], entries: list[Row], sure: list[Row]) -> Flaws:
    told: dict[int, list[Row]] = {}
    for entry in entries:
        if entry["action"].startswith("scope."):
            told.setdefault(entry["detail"]["scope_change"], []).append(entry)
    last = sure[-1]["position"] if sure else 0
    for row in rows:
        commits = [edit["commit"] for edit in row["edits"]]
        decided = row["decided_by"]["id"] if row["decided_by"] else None
        said = (row["state"], row["to_commit"], commits, row["says"], decided, row["reason"])
        if said not in [scope_told(steps) for steps in as_far_as_read(told.get(row["id"], []), last)]:
            yield f"the change of scope {row['id']} at {row['to_commit'][:10]} is not what the chain says"
    for number in {e["detail"]["scope_change"] for e in sure if e["action"].startswith("scope.")}:
        if number not in {row["id"] for row in rows}:
            yield f"the change of scope {number} was removed"


def check(folder: Path, head: str = "") -> Flaws:
    """Every flaw of the bundle in `folder`, a sentence each."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    chain = manifest["chain"]
    entries = lines(folder / "audit.jsonl")
    sure = entries[: chain["entries_before"]]
    yield from check_files(folder, manifest)
    yield from check_chain(entries, chain, head)
    checks = (check_scans, check_runs, check_ticks, check_waivers, check_scope)
    for name, against in zip(ROWS, checks, strict=True):
        yield from against(lines(folder / f"{name}.jsonl"), entries, sure)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--head", default="", help="a digest of the chain that was kept elsewhere")
    asked = parser.parse_args()
    try:
        flaws = list(check(asked.folder, asked.head))
        chain = json.loads((asked.folder / "manifest.json").read_text(encoding="utf-8"))["chain"]
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        sys.exit(f"{asked.folder} is no whole bundle: {type(error).__name__}: {error}")
    for flaw in flaws:
        print(flaw)
    if flaws:
        sys.exit(1)
    print(f"{chain['key']}: {chain['entries']} entries, and all that rests on them, untouched")
    print(f"head: {chain['head']}")


if __name__ == "__main__":
    main()
