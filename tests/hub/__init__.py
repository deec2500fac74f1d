"""A Hub for tests: a real HTTP server process that speaks the part of the Hub's API which publishing and loading use.

It stands on the standard library alone and keeps git-like, content-addressed storage on disk. It is no mock: the real
`huggingface_hub` and `datasets` clients talk to it over a socket, and `tests/test_olah.py` holds the same release
against a server written by others.
"""
