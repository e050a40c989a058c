"""What a topic is called in the transport layer's configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping

from migration_tracker.codemods.clients import Client
from migration_tracker.codemods.literals import literal
from migration_tracker.codemods.view import View

TopicKeys = Mapping[tuple[str, str], str]
"""Topic keys by topic and consumer group; the group is empty where any will do."""


def topic_key(view: View, client: Client) -> str | None:
    """The topic key of what a consumer reads; None where it reads many, or what the file does not tell."""
    if len(client.topics) != 1:
        return None
    topic = literal(view, client.topics[0], client.call, client.bound)
    return key_of(view, topic, client.group) if isinstance(topic, str) else None


def key_of(view: View, topic: str, group: str | None = None) -> str:
    """The topic key of a topic: as the configuration has it, else the topic's name without the domain."""
    known = view.draft.conventions.topic_keys
    for wanted in (group, ""):
        if wanted is not None and (topic, wanted) in known:
            return known[topic, wanted]
    if found := [key for (name, _), key in known.items() if name == topic]:
        return found[0]
    rest = topic.removeprefix(f"{view.draft.domain}.").removeprefix(f"{view.draft.domain}-")
    return re.sub(r"\W+", "_", rest)
