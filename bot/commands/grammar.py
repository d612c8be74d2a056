"""The command line's grammar. Names what runs each command; nothing heavy is loaded to read it."""

from pathlib import Path
from typing import Any

#: Roles of staff and wire modes, as the records spell them (a test holds them together).
ROLES = (
    "admin", "editor", "broadcaster", "approver",
    "caseworker", "lawyer", "study_secretary", "viewer",
)  # fmt: skip
MODES = ("secure", "compatible", "plaintext")


def declare(commands: Any) -> None:
    """Add every command to the parser; ``run`` is ``module:function`` under ``bot.commands``."""
    _declare_processes(commands)
    _declare_content(commands)
    _declare_talk(commands)
    _declare_db(commands)
    _declare_staff(commands)
    _declare_account(commands)
    _declare_menu(commands)
    _declare_unanswered(commands)
    _declare_privacy(commands)


def _declare_processes(commands: Any) -> None:
    for name, run, text in (
        ("up", "up:run_up", "all processes, with the embedded parts and the sandbox"),
        ("web", "web:web", "the web process"),
        ("worker", "processes:worker", "the task worker"),
        ("scheduler", "processes:scheduler", "the scheduler"),
        ("sandbox", "emulator:sandbox", "the platform emulator with its phone page"),
    ):
        commands.add_parser(name, help=text).set_defaults(run=run)


def _declare_content(commands: Any) -> None:
    check = commands.add_parser("check", help="validate packs and phrases")
    check.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="pack folders; all by default"
    )
    check.add_argument(
        "--strict", action="store_true", help="fail on stale facts, list thin phrasing"
    )
    check.add_argument(
        "--apart",
        nargs="+",
        action="extend",
        default=[],
        type=Path,
        metavar="FILE.jsonl",
        help="measuring files that no phrase may be near; after the pack folders",
    )
    check.add_argument(
        "--overmatch", action="store_true", help="which keyword rules fire where they should not"
    )
    check.set_defaults(run="content:run_check")
    route = commands.add_parser(
        "route", help="what messages from stdin mean, one JSON object a line"
    )
    route.add_argument("--community", default="demo")
    route.add_argument("--explain", action="store_true")
    route.add_argument(
        "--model", type=Path, metavar="DIR", help="an artefact written by train --out"
    )
    route.set_defaults(run="content:run_route")
    train = commands.add_parser("train", help="learn from the packs' phrases, or from foreign ones")
    train.add_argument("--phrases", type=Path, metavar="FILE.jsonl", help='lines {"text", "label"}')
    train.add_argument(
        "--out", type=Path, metavar="DIR", help="where to write; needed with --phrases"
    )
    train.set_defaults(run="content:run_train")
    measure = commands.add_parser("evaluate", help="measure the router on labelled messages")
    measure.add_argument("files", nargs="+", type=Path, metavar="FILE.jsonl")
    measure.add_argument("--json", action="store_true", dest="as_json")
    measure.set_defaults(run="content:run_evaluate")


def _declare_talk(commands: Any) -> None:
    ask = commands.add_parser("ask", help="one question, the reply as a resident reads it")
    ask.add_argument("text")
    ask.add_argument("--community", default="demo")
    ask.set_defaults(run="talk:run_ask")
    chat = commands.add_parser("chat", help="a conversation through the whole pipeline")
    chat.add_argument("--community", default="demo")
    chat.add_argument("--as", default="terminal", dest="name", metavar="NAME")
    chat.set_defaults(run="talk:run_chat")


def _actions(commands: Any, name: str, text: str) -> Any:
    return commands.add_parser(name, help=text).add_subparsers(dest="action", required=True)


def _declare_db(commands: Any) -> None:
    actions = _actions(commands, "db", "the database")
    upgrade = actions.add_parser("upgrade", help="migrate to the newest schema")
    upgrade.set_defaults(run="records:run_upgrade")
    rotate = _actions(commands, "keys", "data keys").add_parser(
        "rotate", help="re-encrypt with a new data key"
    )
    rotate.set_defaults(run="records:run_rotate")


def _declare_staff(commands: Any) -> None:
    actions = _actions(commands, "staff", "staff accounts")
    add = actions.add_parser("add", help="add a member of staff")
    add.add_argument("name")
    add.add_argument("--role", required=True, choices=ROLES)
    add.add_argument(
        "--community", action="append", metavar="S", help="may be given again; all by default"
    )
    add.set_defaults(run="records:run_staff_add")
    passwd = actions.add_parser("passwd", help="set a password")
    passwd.add_argument("name")
    passwd.set_defaults(run="records:run_staff_passwd")


def _declare_account(commands: Any) -> None:
    actions = _actions(commands, "account", "official accounts")
    put = actions.add_parser(
        "put", help="add or change an account; secrets come from stdin as JSON"
    )
    put.add_argument("slug")
    put.add_argument("--community", required=True)
    put.add_argument("--mode", default="secure", choices=MODES)
    put.set_defaults(run="records:run_account_put")
    found = actions.add_parser("list", help="list accounts, without secrets")
    found.set_defaults(run="records:run_account_list")


def _declare_menu(commands: Any) -> None:
    actions = _actions(commands, "menu", "the buttons below an official account's chat")
    put = actions.add_parser("put", help="replace the menu with the one in the words")
    put.add_argument("account", nargs="?", default="default", metavar="ACCOUNT")
    put.set_defaults(run="menus:run_put")


def _declare_unanswered(commands: Any) -> None:
    actions = _actions(commands, "unanswered", "what was not understood, and learning from it")
    found = actions.add_parser("list", help="what residents asked, in clusters")
    found.add_argument("--limit", type=int, default=30, metavar="N", help="clusters shown")
    shown = actions.add_parser("show", help="all wordings of a cluster")
    attach = actions.add_parser("attach", help="add a cluster's wordings to an intent")
    ignore = actions.add_parser("ignore", help="mark a cluster as nothing to learn from")
    for one in (shown, attach, ignore):
        one.add_argument("cluster", type=int, metavar="CLUSTER", help="a number from the list")
    attach.add_argument("intent", metavar="INTENT", help="for example services.center")
    for one in (attach, ignore):
        one.add_argument("--by", required=True, metavar="NAME", help="a member of staff")
        one.add_argument(
            "--only", type=int, nargs="+", metavar="ID", help="these wordings of the cluster alone"
        )
    attach.add_argument("--yes", action="store_true", help="write without asking")
    overlay = actions.add_parser("overlay", help="the phrases that staff added")
    overlay.add_argument("--drop", type=int, metavar="ID", help="take a phrase back")
    overlay.add_argument("--by", metavar="NAME", help="who takes it back")
    replay = actions.add_parser("replay", help="recent wordings, then and now")
    for name, one in (
        ("list", found), ("show", shown), ("attach", attach),
        ("ignore", ignore), ("overlay", overlay), ("replay", replay),
    ):  # fmt: skip
        one.add_argument("--json", action="store_true", dest="as_json")
        if name != "overlay":
            one.add_argument("--community", metavar="SLUG", help="all by default")
        one.set_defaults(run=f"unanswered:run_{name}")


def _declare_privacy(commands: Any) -> None:
    actions = _actions(commands, "privacy", "a resident's own data")
    for name in ("export", "erase"):
        one = actions.add_parser(name)
        one.add_argument("openid")
        one.add_argument("--account", default="default")
        one.set_defaults(run=f"records:run_{name}")
