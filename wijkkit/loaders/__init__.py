"""Read a study's sources, each into a validated table."""
