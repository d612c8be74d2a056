"""The webhook benchmark: measures next to other people's bots, judges nothing but correctness.

``python -m tests.bench`` runs it. Everything stays on loopback, every loop is bounded, and every
process that is started is stopped by its pid.
"""
