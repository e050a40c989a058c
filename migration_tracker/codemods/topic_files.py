"""Topic keys as a configuration file of the transport layer has them: `[domains.DOMAIN.topics.KEY]`."""

from __future__ import annotations

import tomllib
from pathlib import Path

from migration_tracker.codemods.errors import TopicsUnreadable


def topic_keys(path: Path, domain: str) -> dict[tuple[str, str], str]:
    """The keys of a domain's topics, by topic and consumer group.

    Raises:
        TopicsUnreadable: the file cannot be read, or is not of that form.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TopicsUnreadable(f"{path}: cannot be read: {error.strerror}; see patch.topics_file") from None
    except (ValueError, RecursionError) as error:
        raise TopicsUnreadable(f"{path}: not TOML: {error}; see patch.topics_file") from None
    try:
        entries = document["domains"].get(domain, {}).get("topics", {})
        return {
            (entry["topic"], entry.get("consumer_group", "")): key
            for key, entry in entries.items()
            if "topic" in entry
        }
    except (AttributeError, KeyError, TypeError):
        raise TopicsUnreadable(
            f"{path}: has no tables [domains.DOMAIN.topics.KEY] with a topic each; see patch.topics_file"
        ) from None
