"""Community, subscriptions, and what is stored about somebody."""

from bot.sdk import Choice, Context, ProfileChange, Reply, choices_for

_CHOICES = 5


def welcome(ctx: Context) -> Reply:
    """Greet a new follower, say what is kept, and offer the communities."""
    text = ctx.words.say("welcome", title=ctx.pack.title)
    if ctx.pack.fictional:
        text += "\n" + ctx.words.say("fictional")
    return Reply(text=text, choices=choices_for(ctx, None, ctx.words.next_for(ctx.intent)))


def bind(ctx: Context) -> Reply:
    """Switch to the community a resident names or picks; ask when none is named."""
    communities = ctx.services.communities
    spoken = ctx.inbound.text.removeprefix("c_")
    slug = spoken if spoken in communities.names() else communities.find(ctx.text)
    if slug is None:
        names = list(communities.names().items())
        lines = "\n".join(f"· {title}" for _, title in names)
        return Reply(
            text=ctx.words.say("which_community", now=ctx.pack.title, lines=lines),
            topic=ctx.intent,
        )
    return Reply(
        text=ctx.words.say("moved", title=communities.title(slug)),
        choices=choices_for(ctx, None, ctx.words.next_for(ctx.intent)),
        profile=ProfileChange(community=slug),
        topic=ctx.intent,
    )


def subscribe(ctx: Context) -> Reply:
    """Subscribe to the topics named, or to all of the community's notices."""
    spoken = ctx.words.many("topic_words")
    topics = [
        topic
        for topic, words in spoken.items()
        if any(word in ctx.text for word in words.split("|"))
    ]
    topics = topics or list(spoken)
    ctx.services.subscriptions.add(ctx.inbound, ctx.pack.slug, topics)
    names = ctx.words.many("topics")
    told = "、".join(names[topic] for topic in topics)
    return Reply(text=ctx.words.say("subscribed", topics=told), topic=ctx.intent)


def unsubscribe(ctx: Context) -> Reply:
    """End every subscription in one step."""
    ended = ctx.services.subscriptions.clear(ctx.inbound)
    return Reply(text=ctx.words.say("unsubscribed" if ended else "nothing_subscribed"))


def privacy(ctx: Context) -> Reply:
    """Show what is stored, and offer its deletion."""
    stored = ctx.services.privacy.summary(ctx.inbound)
    names = ctx.words.many("stored")
    titles = ctx.services.communities
    stored = {
        key: titles.title(value) if key == "community" else value for key, value in stored.items()
    }
    lines = [f"· {names[key]}：{value}" for key, value in stored.items() if key in names and value]
    text = ctx.words.say("stored_lead" if lines else "stored_nothing", lines="\n".join(lines))
    erase_choice = Choice(label=ctx.words.say("erase_label"), target="account.erase")
    return Reply(
        text=text,
        choices=(erase_choice, *choices_for(ctx, None, ("account.unsubscribe", "chat.human"))),
        topic=ctx.intent,
    )


def erase(ctx: Context) -> Reply:
    """Delete everything stored about the resident."""
    ctx.services.privacy.erase(ctx.inbound)
    return Reply(text=ctx.words.say("erased"))
