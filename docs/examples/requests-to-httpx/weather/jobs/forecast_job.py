"""Fetches a forecast: half of it has been migrated."""

import httpx
import requests


def run(address: str, station: str) -> dict[str, object]:
    forecast = requests.get(f"{address}/forecast/{station}", timeout=10).json()
    forecast["radar"] = httpx.get(f"{address}/radar/{station}", timeout=10).json()
    return forecast
