"""Text to Understanding: what a resident means, how sure we are, and why (DESIGN.md §4). Pure."""
