"""The world outside, for a laptop and for tests: the ClaimX API and a file host, over real HTTP on loopback.

`python -m workers.local` serves both on free ports; `world.serve()` does so inside a test. What they tell is
the same every time, and `POST /_faults` on either makes them misbehave (see `faults`).
"""
