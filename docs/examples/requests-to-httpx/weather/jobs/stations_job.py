"""Lists the stations: has been migrated."""

import httpx


def run(address: str) -> list[str]:
    with httpx.Client(base_url=address) as client:
        return [station["name"] for station in client.get("/stations").json()]
