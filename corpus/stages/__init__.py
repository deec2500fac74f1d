"""The tasks that travel to workers, and the files through which they meet."""
