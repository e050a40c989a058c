"""The world outside, for a laptop and for tests: the ClaimX and iTel APIs and a file host, over real HTTP.

`python -m workers.local` serves all on free loopback ports; `world.serve()` does so inside a test. What they
tell is the same every time, and `POST /_faults` on any of them makes them misbehave (see `faults`).
"""
