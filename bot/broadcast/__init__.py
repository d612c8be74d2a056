"""A notice out: from the outbox to the platform and to its final state (DESIGN.md §7)."""
