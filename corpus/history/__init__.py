"""Releases in a row: what differs between two of them, the version that follows from it, and how it is told."""
