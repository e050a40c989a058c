"""One way of consuming each, run as a process: `python -m benchmarks.transport.runs.NAME PLAN`.

Those of peers run in an environment of their own, so nothing here imports ours but `ours`.
"""
