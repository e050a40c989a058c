"""The cache, whose server may be away or whose disk may be full: it then holds nothing, and refuses nobody.

What is kept there can be made anew, or be done without for a while: counts of how often the API was asked,
what `/metrics` counts once a minute, an identity provider's addresses.
"""
