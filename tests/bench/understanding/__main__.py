"""``python -m tests.bench.understanding public|growth``, in the interpreter with the peers."""

import argparse
import os
import sys
from pathlib import Path

from bot.domain.errors import BotError

SETS_VARIABLE = "BOT_BENCH_SETS"


def main() -> int:
    """Run one of the two; 2 when something is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.understanding", description=__doc__
    )
    parser.add_argument("what", choices=["public", "growth"])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--sets", type=Path, default=os.environ.get(SETS_VARIABLE))
    arguments = parser.parse_args()
    try:
        if arguments.what == "growth":
            from tests.bench.understanding import growth

            return growth.main(quick=arguments.quick)
        if arguments.sets is None:
            print(f"public: expected --sets FOLDER or {SETS_VARIABLE}: where the sets are")
            return 2
        from tests.bench.understanding import public

        return public.main(Path(arguments.sets), quick=arguments.quick)
    except BotError as error:
        print(error)
        return 2


if __name__ == "__main__":
    sys.exit(main())
