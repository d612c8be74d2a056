"""Switches that make the platform misbehave, each for a number of times or until turned off."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum

from bot.sandbox.model import Json

FOREVER = -1


class Switch(StrEnum):
    """Every way the platform can misbehave."""

    DUPLICATE = "duplicate"
    DELAY = "delay"
    REORDER = "reorder"
    SLOW_BODY = "slow_body"
    OLD_KEY = "old_key"
    GARBAGE_BODY = "garbage_body"
    WRONG_SIGNATURE = "wrong_signature"
    WRONG_APP_ID = "wrong_app_id"
    DTD_BOMB = "dtd_bomb"
    STALE_TIMESTAMP = "stale_timestamp"
    API_BUSY = "api_busy"
    API_BAD_GATEWAY = "api_bad_gateway"
    API_RESET = "api_reset"
    API_HANG = "api_hang"
    API_LOST_ANSWER = "api_lost_answer"
    TOKEN_STALE = "token_stale"  # noqa: S105 - a switch's name
    IP_REFUSED = "ip_refused"
    MINOR_PROTECTION = "minor_protection"
    QUOTA_USED_UP = "quota_used_up"
    SNAPSHOT_USER = "snapshot_user"
    SEND_FAILS = "send_fails"
    RECEIPT_LOST = "receipt_lost"


HOSTILE = (
    Switch.GARBAGE_BODY,
    Switch.WRONG_SIGNATURE,
    Switch.WRONG_APP_ID,
    Switch.DTD_BOMB,
    Switch.STALE_TIMESTAMP,
)
"""Sent as an extra request before the real one, never re-delivered, never shown."""

LABELS = {
    Switch.DUPLICATE: "已应答仍重复推送",
    Switch.DELAY: "推送延迟（秒）",
    Switch.REORDER: "前后两条颠倒",
    Switch.SLOW_BODY: "正文慢速送达（秒）",
    Switch.OLD_KEY: "用旧密钥加密",
    Switch.GARBAGE_BODY: "夹带乱码请求",
    Switch.WRONG_SIGNATURE: "夹带签名错误请求",
    Switch.WRONG_APP_ID: "夹带 AppID 错误请求",
    Switch.DTD_BOMB: "夹带实体炸弹",
    Switch.STALE_TIMESTAMP: "夹带过期重放",
    Switch.API_BUSY: "接口繁忙 -1",
    Switch.API_BAD_GATEWAY: "接口 502",
    Switch.API_RESET: "接口连接中断",
    Switch.API_HANG: "接口挂起（秒）",
    Switch.API_LOST_ANSWER: "已生效但应答丢失",
    Switch.TOKEN_STALE: "凭证被判失效 40001",
    Switch.IP_REFUSED: "IP 不在白名单 40164",
    Switch.MINOR_PROTECTION: "未成年人保护 70000",
    Switch.QUOTA_USED_UP: "日调用量用尽 45009",
    Switch.SNAPSHOT_USER: "网页授权返回快照用户",
    Switch.SEND_FAILS: "模板、群发受理后发送失败",
    Switch.RECEIPT_LOST: "发送回执丢失",
}

DEFAULT_VALUES = {
    Switch.DUPLICATE: 1.0,
    Switch.DELAY: 60.0,
    Switch.SLOW_BODY: 2.0,
    Switch.API_HANG: 30.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One switch: how often it still acts (-1 = always), its amount, and an API path prefix."""

    times: int = 0
    value: float = 0.0
    path: str = ""


class Chaos:
    """The state of all switches; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._settings = {
            switch: Setting(value=DEFAULT_VALUES.get(switch, 0.0)) for switch in Switch
        }

    def set(
        self, switch: Switch, *, times: int, value: float | None = None, path: str = ""
    ) -> None:
        """Arm a switch for a number of times; 0 turns it off, -1 leaves it on."""
        if times < FOREVER:
            raise ValueError("times must be -1, 0 or more")
        with self._lock:
            old = self._settings[switch]
            amount = old.value if value is None else value
            self._settings[switch] = Setting(times=times, value=amount, path=path)

    def take(self, switch: Switch, path: str = "") -> Setting | None:
        """Use a switch once if it is armed for this path."""
        with self._lock:
            setting = self._settings[switch]
            if setting.times == 0 or not path.startswith(setting.path):
                return None
            if setting.times > 0:
                self._settings[switch] = Setting(
                    times=setting.times - 1, value=setting.value, path=setting.path
                )
            return setting

    def clear(self) -> None:
        """Turn everything off."""
        for switch in Switch:
            self.set(switch, times=0)

    def as_json(self) -> list[Json]:
        """All switches for the page and for tests."""
        with self._lock:
            return [
                {
                    "name": switch.value,
                    "label": LABELS[switch],
                    "times": setting.times,
                    "value": setting.value,
                    "path": setting.path,
                }
                for switch, setting in self._settings.items()
            ]
