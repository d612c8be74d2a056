"""Greets, thanks, shows the menu, and calls a person."""

from bot.sdk import Alert, Choice, Context, ProfileChange, Reply, Urgency, choices_for

#: Groups a menu shows, at most this many lines with examples.
_MENU_GROUPS = 12
_MENU_EXAMPLES = 3


def _offered(ctx: Context) -> tuple[Choice, ...]:
    return choices_for(ctx, None, ctx.words.next_for(ctx.intent))


def greet(ctx: Context) -> Reply:
    """Say hello and what can be asked."""
    return Reply(text=ctx.words.say("greet", title=ctx.pack.title), choices=_offered(ctx))


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
    for title, intents in list(ctx.menu.items())[:_MENU_GROUPS]:
        group = intents[0].partition(".")[0]
        if group == ctx.intent.partition(".")[0]:
            continue
        examples = "、".join(ctx.words.label(intent) for intent in intents[:_MENU_EXAMPLES])
        lines.append(f"· {title}：{examples}")
    return Reply(text=ctx.words.say("help", lines="\n".join(lines)), choices=_offered(ctx))


def person(ctx: Context) -> Reply:
    """Record that the resident wants a person; staff see it at once."""
    human = ctx.pack.human
    hours, phone = human.get("hours", ""), human.get("phone", "")
    reach = ctx.words.say("human_hours", hours=hours) if hours else ctx.words.say("human_unknown")
    if phone:
        reach += "\n" + ctx.words.say("human_phone", phone=phone)
    topic = ctx.topic if ctx.topic != ctx.intent else ""
    about = ctx.words.label(topic) if topic else ctx.words.say("human_topic_none")
    return Reply(
        text=ctx.words.say("human_new", reach=reach),
        choices=_offered(ctx),
        alert=Alert(
            urgency=Urgency.REQUEST,
            reason=ctx.intent,
            summary=ctx.words.say("human_summary", topic=about),
        ),
    )


def language(ctx: Context) -> Reply:
    """Switch the script of replies, or say honestly which languages there are."""
    text = ctx.text
    if any(word in text for word in ("简体", "普通话", "国语字")):
        return Reply(text=ctx.words.say("language_off"), profile=ProfileChange(language="zh-Hans"))
    if any(word in text for word in ("繁体", "香港字", "台湾字", "正体")):
        return Reply(text=ctx.words.say("language_on"), profile=ProfileChange(language="zh-Hant"))
    if "英" in text or "english" in text:
        return Reply(text=ctx.words.say("language_english"), choices=_offered(ctx))
    if any(word in text for word in ("维吾尔", "维语", "维文", "ئۇيغۇر")):
        return Reply(text=ctx.words.say("language_uyghur"), choices=_offered(ctx))
    return Reply(text=ctx.words.say("language_other"), choices=_offered(ctx))
