"""The staff console (后台)."""
