"""Copies of one article: sketches, their join, comparison of full texts, and groups."""
