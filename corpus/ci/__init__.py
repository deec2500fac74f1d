"""What a build server wants to read: check outcomes as annotations, JUnit, SARIF and a summary; and its workflow."""
