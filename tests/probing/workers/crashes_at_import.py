"""Crashes before it says a word."""

import json

json.loads("{")
