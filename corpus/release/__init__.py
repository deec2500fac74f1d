"""What stands in a release beside its rows, and what is done with a release: checks, card, verification."""
