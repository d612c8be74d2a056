"""How well and how fast the router is beside other ways to do the same, in one run.

``python -m tests.bench public`` and ``python -m tests.bench growth``; both run in ``.venv-bench``,
where the peers are.
"""
