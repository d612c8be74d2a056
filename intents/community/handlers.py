"""Clubs, people from one place, talks, house rules: looked up by name or class."""

from collections.abc import Iterable, Sequence

from bot.sdk import (
    Context,
    Entry,
    Reply,
    answer,
    checked_month,
    choices_for,
    dates_said,
    facts_said,
    looked_up,
    meant,
    mentions,
    named,
    open_at,
    place_said,
    sections,
)

_FOLLOW_UPS = frozenset({"papers", "cost", "conditions", "duration", "contact", "steps", "notes"})
_SHOWN = 6
_FULL = 2
_DATES_SEEN = 5


def clubs(ctx: Context) -> Reply:
    """Answer which clubs there are: one by name, a class, or all by class."""
    found = ctx.pack.entries("club")
    if not found or ctx.focus in _FOLLOW_UPS:
        return answer(ctx)
    wanted = meant(ctx.text, found, noise=ctx.words.say("noise"))
    if wanted:
        return _clubs_named(ctx, wanted)
    spoken = ctx.words.many("class_words")
    chosen = next((name for name, words in spoken.items() if mentions(ctx.text, words)), "")
    of_class = _of_class(ctx, found, chosen) if chosen else []
    if of_class:
        lead = ctx.words.say("class_lead", name=chosen, count=len(of_class))
        lines = [lead, *(_club_line(ctx, entry) for entry in of_class)]
        return _reply(ctx, lines, of_class, closing=[_join(ctx, of_class)])
    return _all_clubs(ctx, found)


def _clubs_named(ctx: Context, wanted: Sequence[Entry]) -> Reply:
    lines = [line for entry in wanted[:_FULL] for line in _facts(ctx, entry)]
    return _reply(ctx, lines, wanted, closing=[_join(ctx, wanted)])


def _all_clubs(ctx: Context, found: Sequence[Entry]) -> Reply:
    missing = [word for word in ctx.words.say("club_subjects").split("|") if word in ctx.text]
    if missing:
        lead = [ctx.words.say("club_none", what=missing[0]), ctx.words.say("club_have")]
    else:
        lead = _card(ctx, ("answer",))
    lines = [
        ctx.words.say("class_line", name=name, clubs="、".join(entry.name for entry in inside))
        for name in ctx.words.many("classes")
        if (inside := _of_class(ctx, found, name))
    ]
    return _reply(
        ctx,
        [*lead, *lines],
        found,
        rest=_card(ctx, ("steps", "where", "when", "cost", "contact", "notes")),
        closing=[_join(ctx, found)],
    )


def _of_class(ctx: Context, found: Iterable[Entry], name: str) -> list[Entry]:
    sorts = ctx.words.many("classes").get(name, "").split("|")
    return [entry for entry in found if entry.sort in sorts]


def _club_line(ctx: Context, entry: Entry) -> str:
    name = "club_line" if entry.hours else "club_line_bare"
    return ctx.words.say(name, name=entry.name, hours=entry.hours)


def _join(ctx: Context, found: Sequence[Entry]) -> str:
    known = any(entry.rrule or entry.hours for entry in found)
    return ctx.words.say("join" if known else "join_staff")


def volunteer(ctx: Context) -> Reply:
    """Answer how to become a volunteer, and which teams one can join."""
    teams = _of_class(ctx, ctx.pack.entries("club"), next(iter(ctx.words.many("classes"))))
    wanted = named(ctx.text, teams)
    if wanted:
        return _clubs_named(ctx, wanted)
    if not teams or ctx.focus:
        return answer(ctx)
    names = "、".join(entry.name for entry in teams)
    kept = _card(ctx, ("conditions", "steps", "contact"))
    lines = [*_card(ctx, ("answer",)), ctx.words.say("teams", names=names), *kept]
    rest = _rest(ctx, ("where", "when", "cost", "notes", "detail"))
    return _reply(ctx, lines, teams, rest=rest)


def carpool(ctx: Context) -> Reply:
    """Answer about rides home for the Spring Festival; drivers are told of their team."""
    rides = ctx.pack.entries("event", "carpool")
    drivers = [
        club
        for ride in rides
        for club in named("".join((ride.name, *ride.aka)), ctx.pack.entries("club"))
    ]
    if not drivers or ctx.focus or not mentions(ctx.text, ctx.words.say("own_car")):
        return answer(ctx)
    lines = [ctx.words.say("own_car_lead"), *_facts(ctx, drivers[0])]
    return _reply(ctx, lines, drivers)


def hometown(ctx: Context) -> Reply:
    """Answer which groups of people from one place there are."""
    found = [*ctx.pack.entries("hometown"), *ctx.pack.entries("contact", "hometown")]
    if not found or ctx.focus in _FOLLOW_UPS:
        return answer(ctx)
    wanted = named(ctx.text, found)
    if wanted:
        lines = [line for entry in wanted[:_FULL] for line in _facts(ctx, entry)]
        rest = _card(ctx, ("steps", "notes"))
        return _reply(ctx, lines, wanted, rest=rest)
    missing = [word for word in ctx.words.say("provinces").split("|") if word in ctx.text]
    if ctx.focus:
        return answer(ctx)
    if not missing and not any(entry.hours for entry in found):
        return answer(ctx)
    if missing:
        lead = [ctx.words.say("home_none", what=missing[0]), ctx.words.say("home_have")]
    else:
        lead = _card(ctx, ("answer",))
    lines = [
        ctx.words.say("home_line", name=entry.name, hours=entry.hours or entry.text)
        for entry in found
    ]
    rest = ["\n".join(lines[_SHOWN:]), *_card(ctx, ("steps", "where", "notes"))]
    return _reply(ctx, [*lead, *lines[:_SHOWN], *_card(ctx, ("contact",))], found, rest=rest)


def counselling(ctx: Context) -> Reply:
    """Answer who listens and when: the roster's next days and the hotline."""
    rosters = ctx.pack.entries("duty", "psych", "counselling")
    if not any(entry.rrule for entry in rosters) or ctx.focus in _FOLLOW_UPS:
        return answer(ctx)
    lines = _card(ctx, ("answer",))
    contact = _card(ctx, ("contact",))
    for entry in rosters[:_FULL]:
        known = _known(ctx, entry)
        known.pop("hours", None)
        if entry.phone and any(entry.phone in line for line in contact):
            del known["contact"]
        lines += known.values()
    lines += contact
    rest = _card(ctx, ("steps", "cost", "notes", "detail"))
    return _reply(ctx, lines, rosters, rest=rest, closing=[ctx.words.say("danger")])


def covenant(ctx: Context) -> Reply:
    """Answer what a house rule says, or which rules there are."""
    rules = ctx.pack.entries("rule")
    wanted = _rules_named(ctx, rules)
    if wanted:
        lines = [
            ctx.words.say("rule_told", name=entry.name, text=entry.text) for entry in wanted[:_FULL]
        ]
        rest = _rest(ctx, ("where", "contact", "notes"))
        return _reply(ctx, lines, wanted, rest=rest, passport="rule_passport")
    sorts = ctx.words.say("rule_sorts").split("|")
    own = [entry for entry in rules if entry.sort in sorts]
    if not own or ctx.focus:
        return answer(ctx)
    lines = [*_card(ctx, ("answer",)), ctx.words.say("rule_lead")]
    lines.append("、".join(entry.name for entry in own))
    rest = _rest(ctx, ("where", "contact", "conditions", "notes", "detail"))
    return _reply(ctx, lines, own, rest=rest, passport="rule_passport")


def _rules_named(ctx: Context, rules: Sequence[Entry]) -> list[Entry]:
    """Return the rules a message names, also without words like 约定; the house's own first."""
    suffixes = ctx.words.say("rule_suffix").split("|")
    spoken = {entry.id for entry in named(ctx.text, rules)}
    short = {rule.id: _without(rule.name, suffixes) for rule in rules}
    spoken |= {name for name, bare in short.items() if bare and bare in ctx.text}
    found = [rule for rule in rules if rule.id in spoken]
    return sorted(found, key=lambda rule: rule.passport.pack != ctx.pack.slug)


def _without(name: str, words: Iterable[str]) -> str:
    for word in words:
        name = name.replace(word, "")
    return name


def elder(ctx: Context) -> Reply:
    """Answer about care for older people; a canteen or day care asked for comes first."""
    places = ctx.pack.entries("place")
    wanted = named(ctx.text, [entry for entry in places if "elder" in entry.tags])
    spoken = ctx.words.many("elder_words")
    if not wanted:
        wanted = [
            entry
            for entry in places
            if "elder" in entry.tags and mentions(ctx.text, spoken.get(entry.sort, ""))
        ]
    if not wanted or ctx.focus in _FOLLOW_UPS:
        return answer(ctx)
    holiday = bool(ctx.services.calendar.is_holiday(ctx.today))
    lines: list[str] = []
    for entry in wanted[:_FULL]:
        now = open_at(entry, ctx.now, holiday=holiday)
        state = "" if now is None else ctx.words.say("place_open" if now else "place_closed")
        lines.append(ctx.words.say("elder_place", name=entry.name, state=state))
        lines += _where(ctx, entry)
    return _reply(ctx, lines, wanted, rest=_rest(ctx, ("answer", "notes", "contact")))


def _where(ctx: Context, entry: Entry) -> list[str]:
    say = ctx.words.say
    known = (
        say("place_address", address=entry.address) if entry.address else "",
        say("place_hours", hours=entry.hours) if entry.hours else "",
        entry.text,
        say("place_phone", phone=entry.phone) if entry.phone else "",
    )
    return [line for line in known if line]


def _facts(ctx: Context, entry: Entry) -> list[str]:
    """Return what is known of an entry, and that its days are not where they are not."""
    lines = list(_known(ctx, entry).values())
    says_so = mentions(entry.text, ctx.words.say("says_unknown"))
    if not entry.rrule and not entry.hours and not says_so:
        who = ctx.pack.human.get("who", ctx.words.say("somebody"))
        lines.append(ctx.words.say("day_unknown", who=who))
    return lines


def _known(ctx: Context, entry: Entry) -> dict[str, str]:
    dates = ""
    if entry.rrule:
        coming = ctx.services.calendar.upcoming(entry.rrule, ctx.today, _DATES_SEEN)
        dates = dates_said(coming, entry, ctx.now, ctx.words.many("dates"), shown=2)
    place = place_said(entry.place, ctx.pack.entries("place")) or entry.address
    return facts_said(entry, dates=dates, place=place, words=ctx.words.many("entry"))


def _card(ctx: Context, names: Sequence[str]) -> list[str]:
    return sections(ctx.pack.card(ctx.intent), names, ctx.words.many("fields"))


def _rest(ctx: Context, names: Sequence[str]) -> list[str]:
    fields = ctx.words.many("fields")
    return sections(ctx.pack.card(ctx.intent), names, fields, based=True)


def _reply(
    ctx: Context,
    lines: Sequence[str],
    entries: Sequence[Entry],
    *,
    rest: Sequence[str] = (),
    closing: Sequence[str] = (),
    passport: str = "passport",
) -> Reply:
    own = any(entry.passport.pack == ctx.pack.slug for entry in entries)
    ends = [*closing, ctx.words.say("fictional")] if own and ctx.pack.fictional else closing
    card = ctx.pack.card(ctx.intent)
    return looked_up(
        lines,
        rest=rest,
        closing=ends,
        choices=choices_for(ctx, card, ctx.words.next_for(ctx.intent)),
        detail=ctx.words.label("detail"),
        topic=ctx.intent,
        passport=ctx.words.say(passport, checked=checked_month(entries)),
    )
