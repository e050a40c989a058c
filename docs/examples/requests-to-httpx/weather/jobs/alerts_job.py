"""Sends alerts: does not name the old client at all, and builds one through a helper."""

from weather.sessions import with_retries


def run(address: str, text: str) -> int:
    with with_retries(3) as session:
        return session.post(f"{address}/alerts", json={"text": text}, timeout=10).status_code
