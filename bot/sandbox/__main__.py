"""`python -m bot.sandbox`: the emulator alone, for a bot that runs elsewhere."""

from __future__ import annotations

import argparse
import logging
import threading

from bot.sandbox import AccountSettings, Mode, SandboxSettings, serve


def main() -> None:
    """Read the arguments and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--callback", default=AccountSettings().callback_url)
    parser.add_argument("--mode", choices=[mode.value for mode in Mode], default="secure")
    parser.add_argument("--lenient", action="store_true", help="show replies that have defects")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    account = AccountSettings(callback_url=args.callback, mode=Mode(args.mode))
    serve(
        SandboxSettings(
            host=args.host, port=args.port, accounts=(account,), strict=not args.lenient
        ),
        threading.Event(),
    )


if __name__ == "__main__":
    main()
