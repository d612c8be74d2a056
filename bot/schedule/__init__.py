"""Recurrence, China's working days, and the scheduler process."""
