"""Greets, thanks, shows the menu, changes the language, and calls a person."""

from bot.sdk import Alert, Choice, Context, Kind, ProfileChange, Reply, Urgency, choices_for

#: Groups a menu shows, at most this many lines with examples.
_MENU_GROUPS = 12
_MENU_EXAMPLES = 3
#: Examples where the language needs more letters.
_MENU_FEWER = 2
_CHINESE = "zh-Hans"


def _offered(ctx: Context) -> tuple[Choice, ...]:
    return choices_for(ctx, None, ctx.words.next_for(ctx.intent))


def greet(ctx: Context) -> Reply:
    """Say hello and what can be asked; a hello in Latin letters hears of the other languages."""
    text = ctx.words.say("greet", title=ctx.pack.title)
    written = ctx.inbound.kind is Kind.TEXT and ctx.inbound.text.isascii()
    if written and ctx.resident.language == _CHINESE:
        text += "\n" + ctx.words.say("greet_foreign")
    return Reply(text=text, choices=_offered(ctx))


def thanks(ctx: Context) -> Reply:
    """Take thanks."""
    return Reply(text=ctx.words.say("thanks"))


def bye(ctx: Context) -> Reply:
    """Say goodbye."""
    return Reply(text=ctx.words.say("bye"))


def identity(ctx: Context) -> Reply:
    """Tell that this is a machine."""
    return Reply(text=ctx.words.say("identity", title=ctx.pack.title))


def complain(ctx: Context) -> Reply:
    """Apologise and offer a person."""
    return Reply(text=ctx.words.say("complain"), choices=_offered(ctx))


def menu(ctx: Context) -> Reply:
    """Show what can be asked, group by group with examples in residents' words."""
    lines = []
    comma = ctx.words.many("fields")["comma"]
    for title, intents in list(ctx.menu.items())[:_MENU_GROUPS]:
        group = intents[0].partition(".")[0]
        if group == ctx.intent.partition(".")[0]:
            continue
        shown = intents[:_MENU_EXAMPLES] if ctx.room(1) == 1 else intents[:_MENU_FEWER]
        examples = comma.join(ctx.words.label(intent) for intent in shown)
        lines.append(ctx.words.say("menu_line", title=title, examples=examples))
    return Reply(text=ctx.words.say("help", lines="\n".join(lines)), choices=_offered(ctx))


def person(ctx: Context) -> Reply:
    """Record that the resident wants a person; staff see it at once, in Chinese."""
    human = ctx.pack.human
    hours, phone = human.get("hours", ""), human.get("phone", "")
    reach = ctx.words.say("human_hours", hours=hours) if hours else ctx.words.say("human_unknown")
    if phone:
        reach += "\n" + ctx.words.say("human_phone", phone=phone)
    staff = ctx.words.chinese
    topic = ctx.topic if ctx.topic != ctx.intent else ""
    about = staff.label(topic) if topic else staff.say("human_topic_none")
    return Reply(
        text=ctx.words.say("human_new", reach=reach),
        choices=_offered(ctx),
        alert=Alert(
            urgency=Urgency.REQUEST,
            reason=ctx.intent,
            summary=staff.say("human_summary", topic=about),
        ),
    )


def language(ctx: Context) -> Reply:
    """Change the language of replies; where it stays unclear which, say what there is."""
    wanted = _wanted(ctx)
    if wanted:
        said = ctx.words.many("language_changed")[wanted]
        return Reply(text=said, profile=ProfileChange(language=wanted))
    names = ctx.words.many("language_names")
    choices = tuple(
        Choice(label=name, target=ctx.intent)
        for tag, name in names.items()
        if tag != ctx.resident.language
    )
    return Reply(text=ctx.words.say("language_which"), choices=choices[:5])


def _wanted(ctx: Context) -> str:
    """Return the tag of the language a message asks for, "" when it names none there is."""
    for tag, words in ctx.words.many("language_asked").items():
        if any(_says(ctx.text, word) for word in words.split("|")):
            return tag.partition("_")[0]
    return ""


def _says(text: str, word: str) -> bool:
    """Tell whether a message has a word; after ``=`` it must be the whole message."""
    return text == word[1:] if word.startswith("=") else word in text
