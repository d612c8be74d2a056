"""Small talk, the menu, and the way to a person (闲聊、菜单、转人工)."""

from bot.sdk import Capability, Intent, IntentKind, Role
from intents.chat import handlers

CAPABILITY = Capability(
    name="chat",
    title="聊天与帮助",
    intents=(
        Intent(
            id="chat.greet",
            title="打招呼",
            kind=IntentKind.CHAT,
            handler=handlers.greet,
        ),
        Intent(id="chat.thanks", title="致谢", kind=IntentKind.CHAT, handler=handlers.thanks),
        Intent(id="chat.bye", title="告别", kind=IntentKind.CHAT, handler=handlers.bye),
        Intent(
            id="chat.help",
            title="功能菜单",
            kind=IntentKind.CHAT,
            handler=handlers.menu,
            roles=frozenset({Role.MENU}),
        ),
        Intent(
            id="chat.identity", title="机器人身份", kind=IntentKind.CHAT, handler=handlers.identity
        ),
        Intent(
            id="chat.human",
            title="转人工",
            kind=IntentKind.FORM,
            handler=handlers.person,
            roles=frozenset({Role.PERSON}),
            effects=True,
        ),
        Intent(
            id="chat.language",
            title="切换语言",
            kind=IntentKind.CHAT,
            handler=handlers.language,
            effects=True,
        ),
        Intent(
            id="chat.complain_bot",
            title="抱怨机器人",
            kind=IntentKind.CHAT,
            handler=handlers.complain,
        ),
    ),
)
