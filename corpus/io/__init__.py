"""Files: inputs, overrides, staged and released files, and the swap that makes a release visible."""
