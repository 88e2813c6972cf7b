"""Run one notebook in a process of its own: forked from a warm server, or with a real kernel."""
