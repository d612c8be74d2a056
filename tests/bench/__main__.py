"""``python -m tests.bench [compare|hot500|profile|public|growth] [--quick]``.

The first three by default; ``public`` needs ``--sets FOLDER`` or ``BOT_BENCH_SETS``.
"""

import argparse
import io
import signal
import sys
from types import FrameType


def _asked_to_stop(_signal: int, _frame: FrameType | None) -> None:
    """Leave in the ordinary way, so that every started process is stopped."""
    raise SystemExit(143)


def main() -> int:
    """Run what was asked for; 1 when a reply of ours was malformed, late or missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "what", nargs="*", choices=[[], "compare", "hot500", "profile", "public", "growth"]
    )
    parser.add_argument("--sets", help="folder of the public sets (tests/bench/understanding)")
    parser.add_argument("--quick", action="store_true", help="a smoke run of about 40 s")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _asked_to_stop)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    chosen = arguments.what or ["compare", "hot500", "profile"]
    failed = 0
    if "compare" in chosen:
        from tests.bench import compare

        failed |= compare.main(quick=arguments.quick)
    if "hot500" in chosen:
        from tests.bench import hot500

        failed |= hot500.main(quick=arguments.quick)
    if "profile" in chosen:
        from tests.bench import profile

        failed |= profile.main(quick=arguments.quick)
    for part in ("public", "growth"):
        if part in chosen:
            from tests.bench.understanding import environment

            more = ["--quick"] if arguments.quick else []
            more += ["--sets", arguments.sets] if arguments.sets else []
            failed |= environment.run(part, *more)
    return failed


if __name__ == "__main__":
    sys.exit(main())
