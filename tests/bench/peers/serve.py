"""Serves one peer: ``python -m tests.bench.peers.serve MODULE``, settings from the environment."""

import json
import os
import sys

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings


def main(module: str) -> None:
    """Serve ``MODULE:make_app`` with the settings that our own web command uses."""
    settings = json.loads(os.environ["BENCH_SERVER"])
    settings["interface"] = Interfaces(settings["interface"])
    settings["http1_settings"] = HTTP1Settings(**settings["http1_settings"])
    Granian(f"{module}:make_app", address="127.0.0.1", **settings).serve()


if __name__ == "__main__":
    main(sys.argv[1])
