"""Ends without an error before it is ready."""

print("nothing to do")
