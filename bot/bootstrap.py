"""The composition root: the only place that names concrete parts and loads capabilities by name."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from types import ModuleType

from flask import Flask

from bot import logs
from bot.broadcast.delivery import sweep
from bot.broadcast.senders import ChannelSenders, Route
from bot.channel.wechat.account import Account
from bot.channel.wechat.client import WeChatClient
from bot.channel.wechat.crypto import Envelope
from bot.channel.wechat.tokens import TokenProvider
from bot.channel.wecom.robot import GroupRobots
from bot.config import Settings
from bot.console.parts import ConsoleParts
from bot.console.rooms import console_blueprint
from bot.dialog.moves import Vocabulary, vocabulary
from bot.domain.clock import Clock, SystemClock
from bot.domain.errors import BotError, ConfigError
from bot.domain.residents import pseudonym_key
from bot.packs.language import ReplyWords, read_phrasebook, read_vocabulary, read_words
from bot.packs.loader import PackStore
from bot.packs.tongues import Tongue, read_tongues
from bot.pipeline.casework import ResidentCases
from bot.pipeline.converse import Conversation
from bot.pipeline.learning import Learning, Watch
from bot.pipeline.ledger import Ledger
from bot.pipeline.registry import Registry
from bot.pipeline.services import ResidentPrivacy, ResidentSubscriptions, ServedCommunities
from bot.pipeline.speech import Speech
from bot.pipeline.teaching import Teaching
from bot.pipeline.turn import TurnRunner
from bot.records import accounts, case_steps, communities, migrate, phrases, retention
from bot.records.accounts import AccountRecord
from bot.records.database import Database
from bot.records.vault import Vault
from bot.schedule.process import Job
from bot.schedule.workdays import ChinaCalendar
from bot.sdk import Capability, IntentKind, Services, Words
from bot.state import keys
from bot.state.connection import State
from bot.state.leases import Lease
from bot.state.rates import MinuteBudget
from bot.state.tokens import RedisTokenStore
from bot.state.turns import Turns
from bot.state.versions import Version
from bot.understanding.encoder import load_encoder
from bot.understanding.overlay import Addition
from bot.understanding.phrasebook import Phrasebook
from bot.understanding.router import Router
from bot.understanding.source import RouterSource
from bot.web.accounts import Accounts
from bot.web.app import WebParts, create_app
from bot.worker.process import declare
from bot.worker.queue import TaskQueue

#: Package of the capabilities, loaded by name: the machine never imports one.
CAPABILITIES = "intents"
#: Capability whose set sentences the machine itself speaks.
HOUSE = "chat"
#: Groups in the order a menu shows them; a new group not named here comes last.
MENU_ORDER = (
    "services", "points", "legal", "jobs", "places", "events", "training", "community", "voice",
    "council", "party", "account", "safety", "chat",
)  # fmt: skip
DEFAULT_ACCOUNT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speechbook:
    """All language content: capabilities, phrases, set sentences, steering words, languages."""

    capabilities: tuple[Capability, ...]
    phrasebook: Phrasebook
    words: dict[str, ReplyWords]
    vocabulary: Vocabulary
    tongues: tuple[Tongue, ...] = ()


def capability_folders() -> list[Path]:
    """Return the folders of all capability packages, in menu order."""
    package = importlib.import_module(CAPABILITIES)
    names = [found.name for found in pkgutil.iter_modules(package.__path__) if found.ispkg]
    root = Path(next(iter(package.__path__)))
    place = {name: number for number, name in enumerate(MENU_ORDER)}
    return [root / name for name in sorted(names, key=lambda name: (place.get(name, 99), name))]


def load_speechbook() -> Speechbook:
    """Load capabilities by name with their phrases and words.

    Raises:
        PackError: a content file is wrong.
        ConfigError: a capability package has no ``CAPABILITY``.
    """
    folders = capability_folders()
    found: list[Capability] = []
    for folder in folders:
        module: ModuleType = importlib.import_module(f"{CAPABILITIES}.{folder.name}")
        capability = getattr(module, "CAPABILITY", None)
        if not isinstance(capability, Capability):
            raise ConfigError(f"{CAPABILITIES}.{folder.name} declares no CAPABILITY")
        found.append(capability)
    root = folders[0].parent
    phrasebook = read_phrasebook(folders, root / "outofscope.yaml", root / "trial.yaml")
    steering = read_vocabulary(root / "vocabulary.yaml")
    words = read_words(folders, HOUSE, phrasebook.asks)
    return Speechbook(
        capabilities=tuple(found),
        phrasebook=phrasebook,
        words=words,
        vocabulary=vocabulary(**steering),
        tongues=read_tongues(root / "languages.yaml", folders, HOUSE, words),
    )


def router_source(book: Speechbook, folder: Path, learned: Path | None = None) -> RouterSource:
    """Return what makes routers over the capabilities' phrases.

    Args:
        book: language content.
        folder: where the model of the packs' phrases is kept.
        learned: where models with the staff's phrases are kept, when not there too.
    """
    kinds = {intent.id: intent.kind for found in book.capabilities for intent in found.intents}
    return RouterSource(
        book.phrasebook,
        safety=[name for name, kind in kinds.items() if kind is IntentKind.SAFETY],
        light=[name for name, kind in kinds.items() if kind is IntentKind.CHAT],
        encoder=load_encoder(),
        folder=folder,
        learned=learned,
    )


class House:
    """All parts of one deployment, each built when first asked for.

    Args:
        settings: where it runs.
        clock: time; the machine's own by default.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None):
        self.settings = settings
        self.clock = clock or SystemClock()
        self._lock = Lock()

    @cached_property
    def pseudonym_key(self) -> bytes:
        """Return the key of resident references, derived from the deployment's secret."""
        return pseudonym_key(self.settings.secret_key)

    @cached_property
    def state(self) -> State:
        """Return Redis."""
        return State(self.settings.redis_url)

    @cached_property
    def turns(self) -> Turns:
        """Return the once-lock-session store."""
        return Turns(self.state)

    @cached_property
    def db(self) -> Database:
        """Return the records."""
        vault = Vault(self.settings.data_keys, self.pseudonym_key)
        return Database(self.settings.database_url, vault=vault, pool_size=8)

    @cached_property
    def packs(self) -> PackStore:
        """Return the content."""
        return PackStore(self.settings.packs_dir)

    @cached_property
    def speechbook(self) -> Speechbook:
        """Return capabilities, phrases and words."""
        return load_speechbook()

    @cached_property
    def registry(self) -> Registry:
        """Return the capabilities with their words."""
        words: dict[str, Words] = dict(self.speechbook.words)
        tongues = {tongue.tag: tongue for tongue in self.speechbook.tongues}
        return Registry(self.speechbook.capabilities, words, HOUSE, tongues)

    @cached_property
    def router_source(self) -> RouterSource:
        """Return what makes routers."""
        chosen = self.settings
        return router_source(self.speechbook, chosen.models_dir, chosen.learned_dir)

    def additions(self) -> list[Addition]:
        """Return the phrases that staff added."""
        return [Addition(one.text, one.intent) for one in phrases.active(self.db)]

    @cached_property
    def phrases_version(self) -> Version:
        """Return the counter of changes of what staff added."""
        return Version(self.state, keys.PHRASES)

    @cached_property
    def learning(self) -> Learning:
        """Return what this process knows of what staff added."""
        return Learning(
            source=self.router_source,
            phrases=self.additions,
            told=self.phrases_version.read,
            clock=self.clock,
        )

    @cached_property
    def router(self) -> Router:
        """Return the understanding snapshot in force; :meth:`watch` puts later ones here."""
        return self.learning.first()

    @cached_property
    def watching(self) -> Watch:
        """Return the thread that keeps the router up with what staff add."""
        return Watch(self.learning, current=lambda: self.router, swap=self._swap)

    def _swap(self, router: Router) -> None:
        self.router = router

    @cached_property
    def teaching(self) -> Teaching:
        """Return the part with which staff teach what was not understood."""
        return Teaching(
            db=self.db,
            source=self.router_source,
            router=lambda: self.router,
            tell=self.phrases_version.tell,
            clock=self.clock,
        )

    @cached_property
    def services(self) -> Services:
        """Return what handlers may use."""
        calendar, served = ChinaCalendar(), ServedCommunities(self.packs)
        return Services(
            calendar=calendar,
            communities=served,
            subscriptions=ResidentSubscriptions(self.db, self.pseudonym_key, self.clock),
            privacy=ResidentPrivacy(self.db, self.turns, self.pseudonym_key, self.clock),
            cases=ResidentCases(
                db=self.db,
                secret=self.pseudonym_key,
                clock=self.clock,
                words=self.registry.machine_in,
                wake=self.wake,
                titles=served.title,
                home=self.home_of,
                is_workday=calendar.is_workday,
            ),
        )

    @cached_property
    def conversation(self) -> Conversation:
        """Return the part that answers."""
        return Conversation(
            registry=self.registry,
            router=lambda: self.router,
            words=self.speechbook.vocabulary,
            services=self.services,
        )

    @cached_property
    def speech(self) -> Speech:
        """Return the part that turns replies into text."""
        return Speech(self.registry)

    @cached_property
    def queue(self) -> TaskQueue:
        """Return the task queue with its tasks declared."""
        queue = TaskQueue(self.state.client)
        declare(queue, db=self.db, senders=lambda: self.senders, clock=self.clock)
        return queue

    def wake(self, row: int) -> None:
        """Tell the worker that an outbox row is there."""
        self.queue.send("deliver", "reply", row)

    @cached_property
    def ledger(self) -> Ledger:
        """Return the pipeline's durable side."""
        return Ledger(
            db=self.db,
            turns=self.turns,
            clock=self.clock,
            words=self.registry.machine_in,
            say=self.speech.text,
            wake=self.wake,
            titles=self.services.communities.title,
        )

    @cached_property
    def runner(self) -> TurnRunner:
        """Return the part that runs deliveries."""
        return TurnRunner(
            turns=self.turns,
            ledger=self.ledger,
            conversation=self.conversation,
            packs=self.packs.get,
            clock=self.clock,
            vault=self.db.vault,
        )

    def default_account(self) -> Account:
        """Return the account of the settings."""
        chosen = self.settings
        keys = tuple(key for key in (chosen.aes_key, chosen.previous_aes_key) if key)
        return Account(
            slug=DEFAULT_ACCOUNT,
            gh_id=chosen.gh_id,
            app_id=chosen.app_id,
            mode=chosen.mode,
            community=chosen.community,
            envelope=Envelope(chosen.token, chosen.app_id, keys),
        )

    def find_account(self, slug: str) -> Account | None:
        """Return an account from the records."""
        found = accounts.get(self.db, slug)
        return None if found is None or not found.active else as_account(found)

    def home_of(self, account: str) -> str:
        """Return the community that answers at an account; the settings' own for an unknown one."""
        found = None if account == DEFAULT_ACCOUNT else accounts.get(self.db, account)
        return found.community if found else self.settings.community

    @cached_property
    def accounts(self) -> Accounts:
        """Return all official accounts by slug."""
        return Accounts({DEFAULT_ACCOUNT: self.default_account()}, self.find_account)

    @cached_property
    def senders(self) -> ChannelSenders:
        """Return the ways out."""
        robots = GroupRobots(
            api_base=self.settings.wecom_api_base, limiter=MinuteBudget(self.state, "robot")
        )
        return ChannelSenders(self.open_route, robots)

    def open_route(self, slug: str) -> Route | None:
        """Return how an account is reached, ``None`` when there is no such account."""
        chosen = self.settings
        app_id, secret, robot = chosen.app_id, chosen.app_secret, chosen.staff_robot_key
        if slug != DEFAULT_ACCOUNT:
            found = accounts.get(self.db, slug)
            if found is None or not found.active:
                return None
            app_id, secret = found.app_id, found.app_secret
            robot = found.staff_robot_key or ""
        tokens = TokenProvider(
            app_id=app_id,
            secret=secret,
            api_base=chosen.api_base,
            clock=self.clock,
            store=RedisTokenStore(self.state),
        )
        client = WeChatClient(api_base=chosen.api_base, tokens=tokens)
        return Route(client=client, staff_robot_key=robot)

    def not_ready(self) -> list[str]:
        """Return the names of parts that are not ready."""
        waiting: list[str] = []
        checks: tuple[tuple[str, Callable[[], object]], ...] = (
            ("database", self.db.ping),
            ("redis", self.state.ping),
            ("index", lambda: self.router.size),
        )
        for name, check in checks:
            try:
                check()
            except BotError:
                waiting.append(name)
        return waiting

    def web_app(self) -> Flask:
        """Return the web application, everything loaded."""
        self.router.understand("")
        self.packs.get(self.settings.community)
        parts = WebParts(
            accounts=self.accounts,
            runner=self.runner,
            speech=self.speech,
            clock=self.clock,
            secret=self.pseudonym_key,
            window_s=self.settings.window_s,
            ready=self.not_ready,
            metrics_dir=self.settings.metrics_dir,
            metrics_open=self.settings.metrics_open,
            session_key=self.settings.secret_key,
            extra=(console_blueprint(self.console_parts()),),
        )
        return create_app(parts)

    def console_parts(self) -> ConsoleParts:
        """Return what the staff console is made of."""
        return ConsoleParts(
            db=self.db,
            state=self.state,
            clock=self.clock,
            packs=self.packs,
            registry=self.registry,
            router=lambda: self.router,
            vocabulary=self.speechbook.vocabulary,
            services=self.services,
            speech=self.speech,
            home=self.settings.community,
        )

    def migrate(self) -> None:
        """Bring the records to the newest schema and list the communities in them."""
        migrate.upgrade(self.settings.database_url)
        titles = {layer.model.slug: layer.model.title for layer in self.packs.communities()}
        communities.sync(self.db, titles, self.clock.now())

    def lease(self, name: str, life_s: float) -> Lease:
        """Return the lease of a singleton role."""
        return Lease(self.state, name, life_s=life_s)

    def jobs(self) -> tuple[Job, ...]:
        """Return the housekeeping the scheduler does."""
        owed = self.registry.machine.say("owed")
        return (
            Job(
                id="sweep",
                every_s=60,
                work=lambda: sweep(self.db, self.clock, owed=owed, wake=self.wake),
            ),
            Job(id="erasures", every_s=60, work=self.ledger.erase_owed),
            Job(
                id="cases",
                at="03:10",
                work=lambda: case_steps.close_done(self.db, self.clock.now()),
            ),
            Job(
                id="retention", at="03:30", work=lambda: retention.purge(self.db, self.clock.now())
            ),
        )

    def close(self) -> None:
        """Close what was opened."""
        for name in ("watching", "runner", "db", "state"):
            part = self.__dict__.get(name)
            if part is not None:
                part.close()


def as_account(found: AccountRecord) -> Account:
    """Turn an account record into what the webhook needs."""
    keys = tuple(key for key in (found.aes_key, found.previous_aes_key) if key)
    return Account(
        slug=found.slug,
        gh_id=found.gh_id,
        app_id=found.app_id,
        mode=found.mode.value,
        community=found.community,
        envelope=Envelope(found.token, found.app_id, keys),
    )


def build(settings: Settings, *, process: str, clock: Clock | None = None) -> House:
    """Return the house for a process, logging set up."""
    logs.configure(level=settings.log_level, style=settings.log_format, process=process)
    return House(settings, clock)
