"""The worker process: the task queue's actors and the turn-log writer (DESIGN.md §7)."""
