"""The pure core: texts and arrays in, texts and arrays out; no file, clock, chance or environment."""
