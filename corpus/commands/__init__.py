"""What each command of `corpus` does: options in, function calls, words for the terminal out."""
