"""Where tasks run; an engine never decides a result."""
