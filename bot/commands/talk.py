"""``ask`` and ``chat``: conversations in a terminal."""

import argparse
import os
import secrets
import sys
from pathlib import Path

from bot.bootstrap import House, build
from bot.commands.content import packs_root
from bot.config import generate, load, package_root
from bot.domain.clock import SystemClock
from bot.domain.messages import Inbound, Kind
from bot.domain.residents import Resident, resident_ref
from bot.domain.sessions import Session
from bot.pipeline.casework import ForgetfulCases
from bot.pipeline.converse import Conversation
from bot.pipeline.hearing import hear, turned
from bot.pipeline.registry import Registry
from bot.pipeline.services import ForgetfulPrivacy, ForgetfulSubscriptions, ServedCommunities
from bot.pipeline.speech import Speech
from bot.pipeline.turn import Request
from bot.pipeline.turning import Turn
from bot.schedule.workdays import ChinaCalendar
from bot.sdk import Services
from bot.state.embedded import EmbeddedRedis


def run_ask(arguments: argparse.Namespace) -> int:
    """Answer one question; nothing is stored, nobody is alerted."""
    from bot.bootstrap import HOUSE, load_speechbook
    from bot.commands.content import build_router
    from bot.packs.loader import PackStore

    book = load_speechbook()
    packs = PackStore(packs_root())
    tongues = {tongue.tag: tongue for tongue in book.tongues}
    registry = Registry(book.capabilities, dict(book.words), HOUSE, tongues)
    router = build_router()
    clock = SystemClock()
    conversation = Conversation(
        registry=registry,
        router=lambda: router,
        words=book.vocabulary,
        services=Services(
            calendar=ChinaCalendar(),
            communities=ServedCommunities(packs),
            subscriptions=ForgetfulSubscriptions(),
            privacy=ForgetfulPrivacy(),
            cases=ForgetfulCases(clock),
        ),
    )
    pack = packs.get(arguments.community)
    inbound = _inbound("ask", arguments.text, secrets.token_hex(8))
    session = hear(Session(), inbound)
    turn = Turn(
        inbound=inbound,
        session=session,
        resident=Resident(ref="", community=pack.slug, language=session.tongue),
        pack=pack,
        now=clock.now(),
        turned=turned(Session(), session),
    )
    answer = conversation.answer(turn)
    if answer.reply is not None:
        language = answer.reply.profile.language or session.tongue
        print(Speech(registry).text(answer.reply, language))
    return 0


def run_chat(arguments: argparse.Namespace) -> int:
    """Talk until end of input, through claim, lock, session, records and alerts."""
    data_dir = Path(os.environ.get("BOT_DATA_DIR") or package_root() / "var").resolve()
    environ = {"BOT_SANDBOX": "1", **os.environ}
    if not environ.get("BOT_SECRET_KEY"):
        generate(data_dir)
    settings = load(environ)
    redis = EmbeddedRedis(data_dir, settings.redis_socket)
    if settings.embedded_redis:
        redis.start()
    house = build(settings, process="chat")
    try:
        house.packs.get(arguments.community)
        house.migrate()
        _talk(house, arguments.name, arguments.community)
    finally:
        house.close()
        redis.stop()
    return 0


def _talk(house: House, name: str, community: str) -> None:
    sender = f"terminal-{name}"
    interactive = sys.stdin.isatty()
    while True:
        if interactive:
            print("> ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        if not line.strip():
            continue
        request = Request(
            inbound=_inbound(sender, line.strip(), secrets.token_hex(16)),
            ref=resident_ref(house.pseudonym_key, "terminal", sender),
            community=community,
            render=house.speech.text,
            arrived=house.clock.monotonic(),
        )
        print(house.runner.run(request) + "\n", flush=True)


def _inbound(sender: str, text: str, key: str) -> Inbound:
    return Inbound(
        account="terminal",
        sender=sender,
        recipient="terminal",
        kind=Kind.TEXT,
        key=key,
        created=int(SystemClock().now().timestamp()),
        text=text,
    )
