"""The commands of CONTRACT.md, one module a family."""
