"""Measurements of quality and speed; every figure in the documentation is printed by one of these."""
