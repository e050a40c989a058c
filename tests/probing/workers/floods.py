"""Writes 64 MB to its log, becomes ready in the middle of it."""

from signals import block, until_sigterm

block()
LINE = "something happened, and then something else happened " * 20
print("the first line", flush=True)
for number in range(64_000):
    if number == 32_000:
        print("worker is ready", flush=True)
    print(LINE)
print("the last line", flush=True)
until_sigterm()
