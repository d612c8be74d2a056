"""Content: what communities know and what capabilities say, read from YAML (docs/content.md)."""
