"""Stages of a message's life: it is handled, and its handling is committed."""

from __future__ import annotations

import json

from migration_tracker.probing.outcome import Outcome, failed, passed, skipped
from migration_tracker.probing.probe import Probe
from migration_tracker.probing.traffic import Traffic, behind
from migration_tracker.probing.worker import Ended


def process(probe: Probe) -> Outcome:
    """The good samples are sent, and what is expected of them arrives."""
    samples, expected = probe.description.good_samples(), probe.description.expected()
    if not samples:
        return skipped("the worker's description holds no good sample")
    limit, watch, worker, traffic = probe.plan.timeouts.process, probe.watch, probe.running, clients(probe)
    try:
        sent, output = watch.complete(traffic.exchange(samples, expected, limit), worker.still_there)
    except Ended:
        return failed(worker.end())
    if not expected:
        return skipped("the worker's description does not say what to expect")
    if not output.wanted:
        return passed(f"{len(output.found)} expected, all arrived", sent=sent, found=output.found)
    missing = output.wanted[0]
    return failed(
        f"nothing with {json.dumps(missing.contains)} on {missing.where} within {limit:g} s of sending"
        f" {missing.sample!r}",
        sent=sent,
        found=output.found,
        missing=len(output.wanted),
        others=output.others,
    )


def commit(probe: Probe) -> Outcome:
    """The group's committed position reaches the end of what was sent, asked from the broker."""
    topics = list(dict.fromkeys(sample.topic for sample in probe.description.good_samples()))
    if not topics:
        return skipped("nothing was sent")
    limit, worker, traffic = probe.plan.timeouts.commit, probe.running, clients(probe)
    groups = {topic: traffic.group(topic) for topic in topics}
    if not all(groups.values()):
        return skipped("the worker's description names no group")
    try:
        lags = probe.watch.complete(traffic.settle(topics, limit), worker.still_there)
    except Ended:
        return failed(worker.end())
    positions = {
        topic: {str(part.partition): [part.committed, part.end] for part in parts if part.end}
        for topic, parts in lags.items()
    }
    for topic, parts in lags.items():
        if late := behind(parts):
            return failed(
                f"after {limit:g} s group {groups[topic]!r} has committed {late[0].committed or 0} of"
                f" {late[0].end} on {topic} partition {late[0].partition}",
                groups=groups,
                positions=positions,
            )
    ends = ", ".join(f"{topic} at {sum(part.end for part in parts)}" for topic, parts in lags.items())
    return passed(f"up to the end: {ends}", groups=groups, positions=positions)


def leave_nothing(probe: Probe) -> Outcome:
    """When the handler has returned, nothing that it began goes on."""
    inside = probe.around.inside
    if not inside.knows():
        return skipped(unknown_handler(probe))
    calls = len(inside.seen("called"))
    if not calls:
        return skipped("its handler was not called")
    if left := inside.left():
        named = "; ".join(map(str, left[:3]))
        evidence = {"left": [str(each) for each in left]}
        return failed(f"when its handler had returned, work went on: {named}", **evidence)
    return passed(f"its handler was called {calls} times and left nothing running", calls=calls)


def unknown_handler(probe: Probe) -> str:
    """Why nothing can be said about the handler."""
    if named := probe.description.handler:
        return f"the handler that its description names, {named}, is not imported by the worker"
    functions = " or ".join(probe.plan.hands_over) or "no function that [replacement] names"
    return f"its handler is not known: it hands none to {functions}, and its description names none"


def clients(probe: Probe) -> Traffic:
    around = probe.around
    return Traffic(probe.description, around.broker.environment, around.environment, around.before)
