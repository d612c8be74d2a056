"""``unanswered``: what residents asked and was not understood, and learning from it."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from bot.bootstrap import House, build
from bot.config import load
from bot.domain.clock import beijing
from bot.domain.errors import ConfigError
from bot.pipeline.teaching import Ledger, Plan, chosen
from bot.records import unanswered
from bot.records.phrases import PhraseRecord
from bot.records.unanswered import Wording
from bot.understanding.clusters import Cluster
from bot.understanding.replay import Change, Outcome

#: Changes shown to people; JSON has all of them.
SHOWN = 20
#: Who reads, in the audit.
OPERATOR = "operator"


@contextmanager
def _house() -> Iterator[House]:
    settings = load()
    if settings.log_level == "INFO":
        settings = replace(settings, log_level="WARNING")  # a person reads this, not a log
    house = build(settings, process="cli")
    try:
        yield house
    finally:
        house.close()


def _communities(house: House, arguments: argparse.Namespace) -> list[str] | None:
    """Return the communities that are meant, ``None`` for all; an unknown one is refused."""
    if arguments.community is None:
        return None
    house.packs.layer(arguments.community)
    return [arguments.community]


def _ledger(house: House, arguments: argparse.Namespace) -> Ledger:
    return house.teaching.ledger(_communities(house, arguments), by=OPERATOR)


def _print(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


# --- list and show ---


def run_list(arguments: argparse.Namespace) -> int:
    """List clusters, the largest first."""
    with _house() as house:
        ledger = _ledger(house, arguments)
        states = unanswered.tally(house.db, _communities(house, arguments))
        shown = [
            (found, house.teaching.now(found))
            for found in ledger.clusters[: max(1, arguments.limit)]
        ]
    if arguments.as_json:
        counts = {
            state.value: {"wordings": tally.wordings, "messages": tally.messages}
            for state, tally in states.items()
        }
        rows = [_as_cluster(found, ledger, now) for found, now in shown]
        _print({"clusters": rows, "of": len(ledger.clusters), "states": counts})
        return 0
    for found, now in shown:
        _print_cluster(found, ledger, now)
    told = "".join(
        f"; {state.value} {tally.wordings} wordings, {tally.messages} messages"
        for state, tally in sorted(states.items())
    )
    print(f"{len(shown)} of {len(ledger.clusters)} clusters{told}")
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Show every wording of a cluster."""
    with _house() as house:
        ledger = _ledger(house, arguments)
        found = ledger.cluster(arguments.cluster)
        now = house.teaching.now(found)
    if arguments.as_json:
        _print(_as_cluster(found, ledger, now))
        return 0
    _print_cluster(found, ledger, now)
    for member in found.members:
        row = ledger.wordings[member.id]
        print(f"{row.id:>8}  {row.seen:>4} x {row.decision:8} {row.community:12} {row.text}")
    return 0


def _print_cluster(found: Cluster, ledger: Ledger, now: Outcome) -> None:
    likely = ", ".join(f"{intent} {share:.2f}" for intent, share in found.likely)
    last = max(ledger.wordings[member.id].last_at for member in found.members)
    print(f"{found.leader.id:>8}  {ledger.wordings[found.leader.id].text}")
    print(
        f"          {found.messages} messages, {len(found.members)} wordings, "
        f"last {beijing(last):%m-%d %H:%M}; likely {likely or 'nothing'}; now {now.text()}"
    )


def _as_cluster(found: Cluster, ledger: Ledger, now: Outcome) -> dict[str, object]:
    return {
        "cluster": found.leader.id,
        "now": _as_outcome(now),
        "messages": found.messages,
        "wordings": [_as_wording(ledger.wordings[member.id]) for member in found.members],
        "likely": [{"intent": intent, "score": share} for intent, share in found.likely],
    }


def _as_wording(row: Wording) -> dict[str, object]:
    return {
        "id": row.id,
        "text": row.text,
        "community": row.community,
        "messages": row.seen,
        "decision": row.decision,
        "first_at": row.first_at.isoformat(timespec="seconds"),
        "last_at": row.last_at.isoformat(timespec="seconds"),
    }


# --- attach and ignore ---


def run_attach(arguments: argparse.Namespace) -> int:
    """Add a cluster's wordings to an intent, after showing what that changes."""
    with _house() as house:
        author = house.teaching.author(arguments.by)
        ledger = _ledger(house, arguments)
        plan = house.teaching.plan(
            ledger.cluster(arguments.cluster),
            arguments.intent,
            only=arguments.only or (),
            communities=_communities(house, arguments),
        )
        if not arguments.as_json:
            _print_plan(house, plan)
        if not _agreed(arguments):
            if arguments.as_json:
                _print({**_as_plan(plan), "written": False})
                return 0
            print("nothing was written")
            return 1
        numbers, told = house.teaching.attach(plan, by=author)
    if arguments.as_json:
        _print({**_as_plan(plan), "written": True, "added": numbers, "told": told})
    else:
        print(f"added {len(numbers)} phrases to {plan.intent}; {_when(told)}")
    return 0


def _agreed(arguments: argparse.Namespace) -> bool:
    """Tell whether to write: said so before, or now; a program is not asked."""
    if arguments.yes or arguments.as_json:
        return bool(arguments.yes)
    print("write this? [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes", "是"}


def _when(told: bool) -> str:
    if told:
        return "running processes have it within seconds"
    return "Redis does not answer: running processes have it within a minute"


def _print_plan(house: House, plan: Plan) -> None:
    print(f"{plan.intent}: {house.router_source.book.sets[plan.intent].ask}")
    print(f"phrases to add: {len(plan.texts)}; residents' names must not be among them")
    for text in plan.texts:
        print(f"  {text}{'  (listed as out of scope so far)' if text in plan.outside else ''}")
    if plan.intent in house.router_source.safety:
        print("a crisis: who writes one of these word for word is shown help, and staff are called")
    _print_changes("recent wordings", plan.recent, plan.recent_asked)
    _print_changes("known phrases, each without a character", plan.known, plan.known_asked)


def _print_changes(title: str, changes: Sequence[Change], asked: int) -> None:
    lost = sum(change.lost for change in changes)
    print(f"{title}: {len(changes)} of {asked} change{f', {lost} LOST' if lost else ''}")
    for change in changes[:SHOWN]:
        mark = "LOST " if change.lost else ""
        print(f"  {mark}{change.asked.text}: {change.before.text()} -> {change.after.text()}")
    if len(changes) > SHOWN:
        print(f"  and {len(changes) - SHOWN} more; --json shows all")


def _as_plan(plan: Plan) -> dict[str, object]:
    return {
        "intent": plan.intent,
        "wordings": list(plan.wordings),
        "phrases": list(plan.texts),
        "outside": list(plan.outside),
        "recent": {"asked": plan.recent_asked, "changes": _as_changes(plan.recent)},
        "known": {"asked": plan.known_asked, "changes": _as_changes(plan.known)},
    }


def _as_changes(changes: Sequence[Change]) -> list[dict[str, object]]:
    return [
        {
            "text": change.asked.text,
            "messages": change.asked.count,
            "before": _as_outcome(change.before),
            "after": _as_outcome(change.after),
            "lost": change.lost,
        }
        for change in changes
    ]


def _as_outcome(found: Outcome) -> dict[str, object]:
    return {"decision": found.decision, "intents": list(found.intents)}


def run_ignore(arguments: argparse.Namespace) -> int:
    """Mark a cluster as nothing to learn from."""
    with _house() as house:
        author = house.teaching.author(arguments.by)
        found = _ledger(house, arguments).cluster(arguments.cluster)
        marked = house.teaching.ignore(chosen(found, arguments.only or ()), by=author)
    if arguments.as_json:
        _print({"cluster": found.leader.id, "ignored": marked})
    else:
        print(f"ignored {marked} wordings")
    return 0


# --- overlay and replay ---


def run_overlay(arguments: argparse.Namespace) -> int:
    """List the phrases that staff added, or take one back."""
    with _house() as house:
        if arguments.drop is not None:
            return _take_back(house, arguments)
        rows, learned = house.teaching.overlay()
    if arguments.as_json:
        _print({"phrases": [_as_phrase(row) for row in rows], "learned": learned})
        return 0
    for row in rows:
        when = f"{beijing(row.added_at):%Y-%m-%d}"
        print(f"{row.id:>8}  {row.intent:28} {row.text}  ({row.author}, {when})")
    known = "learned here" if learned else "known word for word here, not learned yet"
    print(f"{len(rows)} phrases{f'; {known}' if rows else ''}")
    return 0


def _take_back(house: House, arguments: argparse.Namespace) -> int:
    if not arguments.by:
        raise ConfigError("overlay --drop: say who takes the phrase back, with --by NAME")
    author = house.teaching.author(arguments.by)
    row, told = house.teaching.take_back(arguments.drop, by=author)
    if arguments.as_json:
        _print({"taken_back": _as_phrase(row), "told": told})
    else:
        print(f"took back {row.text!r} of {row.intent}; {_when(told)}")
    return 0


def _as_phrase(row: PhraseRecord) -> dict[str, object]:
    return {
        "id": row.id,
        "text": row.text,
        "intent": row.intent,
        "author": row.author,
        "added_at": row.added_at.isoformat(timespec="seconds"),
    }


def run_replay(arguments: argparse.Namespace) -> int:
    """Ask recent wordings again: how they ended when they were written, and how they do now."""
    with _house() as house:
        changes, asked = house.teaching.replay(_communities(house, arguments))
    if arguments.as_json:
        _print({"asked": asked, "changes": _as_changes(changes)})
    else:
        _print_changes("recent wordings, then and now", changes, asked)
    return 0
