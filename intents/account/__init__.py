"""The resident's own settings and records (我的)."""

from bot.sdk import Capability, Intent, IntentKind, Role, answer
from intents.account import handlers

CAPABILITY = Capability(
    name="account",
    title="我的",
    intents=(
        Intent(id="account.mine", title="我的记录", kind=IntentKind.ACCOUNT, handler=answer),
        Intent(id="account.case_status", title="查进度", kind=IntentKind.ACCOUNT, handler=answer),
        Intent(
            id="account.subscribe",
            title="订阅通知",
            kind=IntentKind.ACCOUNT,
            handler=handlers.subscribe,
            effects=True,
        ),
        Intent(
            id="account.unsubscribe",
            title="退订通知",
            kind=IntentKind.ACCOUNT,
            handler=handlers.unsubscribe,
            effects=True,
        ),
        Intent(
            id="account.bind",
            title="绑定身份/社区",
            kind=IntentKind.FORM,
            handler=handlers.bind,
            roles=frozenset({Role.COMMUNITY}),
            effects=True,
        ),
        Intent(
            id="account.privacy",
            title="隐私与数据",
            kind=IntentKind.ACCOUNT,
            handler=handlers.privacy,
            effects=True,
        ),
        Intent(
            id="account.welcome",
            title="关注欢迎",
            kind=IntentKind.CHAT,
            handler=handlers.welcome,
            roles=frozenset({Role.WELCOME}),
            effects=True,
        ),
        Intent(
            id="account.erase",
            title="删除我的数据",
            kind=IntentKind.ACCOUNT,
            handler=handlers.erase,
            effects=True,
        ),
    ),
)
