"""One inbound message from authentic delivery to reply (DESIGN.md §3)."""
