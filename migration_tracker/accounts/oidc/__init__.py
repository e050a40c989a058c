"""Signing in by OpenID Connect (Core 1.0), with roles by the groups that the provider tells of.

`configuration` is what the environment says, `provider` speaks to the provider, `people` makes what it
answers a person with roles, `views` are the addresses of it.
"""
