"""Releases on the Hub: published whole or not at all, opened by their address, held against what was released."""
