"""What the emulator is told at start: accounts, residents, group robots and limits.

The values of the default account are public test values; nothing here guards anything real.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Mode(StrEnum):
    """How an account's pushes travel (消息加解密方式)."""

    PLAINTEXT = "plaintext"
    COMPATIBLE = "compatible"
    SECURE = "secure"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """One Official Account (公众号) as its owner configured it."""

    slug: str = "default"
    title: str = "暖邻"
    gh_id: str = "gh_0123456789ab"
    app_id: str = "wx1234567890abcdef"
    app_secret: str = field(default="0123456789abcdef0123456789abcdef", repr=False)
    token: str = field(default="communitybot", repr=False)
    aes_key: str = field(default="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", repr=False)
    previous_aes_key: str | None = field(default=None, repr=False)
    mode: Mode = Mode.SECURE
    callback_url: str = "http://127.0.0.1:8000/wechat/default"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentSettings:
    """One resident (居民) with a phone, who belongs to one account."""

    openid: str
    name: str
    account: str = "default"
    colour: str = "#5b8def"
    followed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotSettings:
    """One WeCom group robot (群机器人) in one group chat."""

    key: str = field(repr=False)
    name: str
    group: str
    group_title: str
    members: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSettings:
    """One category template (类目模板) that every account has chosen.

    Attributes:
        fields: keys such as `thing1`, whose prefix decides the value's type, with their labels.
    """

    template_id: str
    title: str
    fields: tuple[tuple[str, str], ...]


def default_templates() -> tuple[TemplateSettings, ...]:
    """Templates for reminders, progress and appointments."""
    return (
        TemplateSettings(
            template_id="SbxActivityReminder-000000000000000000000001",
            title="活动开始提醒",
            fields=(("thing1", "活动名称"), ("time2", "开始时间"), ("thing3", "活动地点")),
        ),
        TemplateSettings(
            template_id="SbxCaseProgress-00000000000000000000000000002",
            title="办理进度通知",
            fields=(
                ("character_string1", "编号"),
                ("phrase2", "状态"),
                ("time3", "时间"),
                ("thing4", "说明"),
            ),
        ),
        TemplateSettings(
            template_id="SbxCommunityNotice-00000000000000000000000003",
            title="社区通知提醒",
            fields=(("thing1", "通知主题"), ("time2", "时间"), ("thing3", "备注")),
        ),
    )


def default_residents() -> tuple[ResidentSettings, ...]:
    """The people the phone page starts with."""
    return (
        ResidentSettings(openid="oSbxResident000000000000001", name="李姐", colour="#e07a5f"),
        ResidentSettings(openid="oSbxResident000000000000002", name="阿强", colour="#3d7ea6"),
        ResidentSettings(openid="oSbxResident000000000000003", name="陈伯", colour="#6a994e"),
        ResidentSettings(
            openid="oSbxResident000000000000004", name="古丽", colour="#9c6ade", followed=False
        ),
    )


def default_robots() -> tuple[RobotSettings, ...]:
    """The two groups every deployment has: staff alerts and the party group."""
    return (
        RobotSettings(
            key="5a1e0000-0000-4000-8000-000000000001",
            name="暖邻提醒",
            group="staff",
            group_title="社区值班群",
            members=9,
        ),
        RobotSettings(
            key="5a1e0000-0000-4000-8000-000000000002",
            name="学习助手",
            group="party",
            group_title="党员学习群",
            members=36,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """Everything the emulator needs to know; all durations are seconds.

    Attributes:
        deadline_s: how long one delivery may take before it is dropped.
        deliveries: deliveries of one push in total, the first included (1-4).
        retry_gap_s: real pause between two deliveries of the same push.
        send_openid: add the undocumented `openid` to the query string.
        strict: a reply with any defect is a fault; otherwise defects are only noted.
        wall_timestamps: sign with the real time (a bot refuses stale requests) although
            `CreateTime` follows the virtual clock.
        token_overlap_s: how long a superseded access token stays valid.
        history: entries kept for each chat; older ones are dropped.
    """

    host: str = "127.0.0.1"
    port: int = 8001
    public_url: str | None = None
    accounts: tuple[AccountSettings, ...] = (AccountSettings(),)
    residents: tuple[ResidentSettings, ...] = field(default_factory=default_residents)
    robots: tuple[RobotSettings, ...] = field(default_factory=default_robots)
    templates: tuple[TemplateSettings, ...] = field(default_factory=default_templates)
    deadline_s: float = 5.0
    deliveries: int = 3
    retry_gap_s: float = 0.0
    parallel: int = 32
    send_openid: bool = True
    strict: bool = True
    wall_timestamps: bool = True
    text_limit_bytes: int = 2048
    token_overlap_s: float = 300.0
    token_lifetime_s: float = 7200.0
    token_daily_limit: int = 2000
    verify_retry_s: float = 3.0
    history: int = 400
    log_size: int = 2000
    max_residents: int = 5000
    media_bytes: int = 64 * 1024 * 1024

    def __post_init__(self) -> None:
        """Refuse settings that the real platform's console would refuse."""
        if not 1 <= self.deliveries <= 4:
            raise ValueError("deliveries must be 1..4")
        if not self.accounts:
            raise ValueError("at least one account is needed")
        slugs = [account.slug for account in self.accounts]
        if len(set(slugs)) != len(slugs):
            raise ValueError("account slugs must differ")
        for account in self.accounts:
            check_account(account)
        unknown = {resident.account for resident in self.residents} - set(slugs)
        if unknown:
            raise ValueError(f"residents of unknown accounts: {', '.join(sorted(unknown))}")

    @property
    def base_url(self) -> str:
        """Where the bot finds this emulator, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def check_account(account: AccountSettings) -> None:
    """Raise `ValueError` for an account the platform would not accept."""
    if not account.token:
        raise ValueError(f"account {account.slug}: token must not be empty")
    for key in (account.aes_key, account.previous_aes_key):
        if key is not None and (len(key) != 43 or not key.isascii() or not key.isalnum()):
            raise ValueError(f"account {account.slug}: an AES key has 43 letters and digits")
    if not account.callback_url.startswith(("http://", "https://")):
        raise ValueError(f"account {account.slug}: callback_url must be http(s)")
