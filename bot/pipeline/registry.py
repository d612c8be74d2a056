"""The capabilities this deployment has, looked up by intent id and by role."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.errors import ConfigError
from bot.packs.tongues import Tongue
from bot.sdk import Capability, Flow, Intent, IntentKind, PackView, Role, Words


@dataclass(frozen=True, slots=True)
class Registry:
    """All intents; built once at start.

    Attributes:
        capabilities: in the order of the menu.
        words: capability name -> its set sentences.
        house: name of the capability whose sentences the machine itself speaks.
        tongues: language tag -> the language, beside Chinese.
        intents: all intents by id.
        owners: intent id -> capability name.
        roles: who plays each role.
        flows: forms by the intent that opens them.
        menu: group titles and their intent ids.
    """

    capabilities: tuple[Capability, ...]
    words: Mapping[str, Words]
    house: str
    tongues: Mapping[str, Tongue] = field(default_factory=dict)
    intents: Mapping[str, Intent] = field(init=False)
    owners: Mapping[str, str] = field(init=False)
    roles: Mapping[Role, str] = field(init=False)
    flows: Mapping[str, Flow] = field(init=False)
    menu: Mapping[str, Sequence[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Index the capabilities; refuse doubles and roles nobody plays."""
        intents: dict[str, Intent] = {}
        owners: dict[str, str] = {}
        roles: dict[Role, str] = {}
        for capability in self.capabilities:
            for intent in capability.intents:
                if intent.id in intents:
                    raise ConfigError(f"intent {intent.id} is declared twice")
                intents[intent.id] = intent
                owners[intent.id] = capability.name
                roles.update(dict.fromkeys(intent.roles, intent.id))
        missing = [role.value for role in Role if role not in roles]
        if missing:
            raise ConfigError(f"no intent plays the role {', '.join(missing)}")
        object.__setattr__(self, "intents", intents)
        object.__setattr__(self, "owners", owners)
        object.__setattr__(self, "roles", roles)
        flows = {flow.plan.name: flow for found in self.capabilities for flow in found.flows}
        object.__setattr__(self, "flows", flows)
        menu = {
            capability.title: tuple(intent.id for intent in capability.intents)
            for capability in self.capabilities
        }
        object.__setattr__(self, "menu", menu)

    def words_of(self, intent: str, language: str = "") -> Words:
        """Return the set sentences of the capability that owns ``intent``."""
        owner = self.owners[intent]
        tongue = self.tongues.get(language)
        return tongue.words[owner] if tongue else self.words[owner]

    @property
    def machine(self) -> Words:
        """Return the sentences the machine itself speaks, in Chinese."""
        return self.words[self.house]

    def machine_in(self, language: str) -> Words:
        """Return the sentences the machine itself speaks, in a language as far as it has them."""
        tongue = self.tongues.get(language)
        return tongue.words[self.house] if tongue else self.machine

    def speaks(self, intent: str, language: str, pack: PackView) -> bool:
        """Tell whether an intent is answered in a language: sentences are there, and facts."""
        tongue = self.tongues.get(language)
        if tongue is None:
            return True
        if intent not in tongue.words[self.owners[intent]].spoken:
            return False
        facts_needed = self.intents[intent].kind not in {IntentKind.SAFETY, IntentKind.CHAT}
        if not facts_needed or pack.card(intent) is None:
            return True
        return pack.told_in(language).card(intent) is not None

    def menu_in(self, language: str) -> Mapping[str, Sequence[str]]:
        """Return group titles and their intent ids, titles in a language as far as it has them."""
        tongue = self.tongues.get(language)
        if tongue is None:
            return self.menu
        groups = zip(self.capabilities, self.menu.items(), strict=True)
        return {
            tongue.words[capability.name].title or title: intents
            for capability, (title, intents) in groups
        }

    def of_kind(self, kind: IntentKind) -> frozenset[str]:
        """Return the ids of a kind."""
        return frozenset(name for name, intent in self.intents.items() if intent.kind is kind)
