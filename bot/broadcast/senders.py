"""The real ways out: one client per account, and the group robots."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from bot.channel.wechat.client import WeChatClient
from bot.channel.wecom.robot import GroupRobots
from bot.domain.errors import Undeliverable

#: Clients kept open, one per official account.
MAX_CLIENTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How one account is reached: its client, and the robot of its staff's group ("" for none)."""

    client: WeChatClient
    staff_robot_key: str


class ChannelSenders:
    """Satisfies ``delivery.Senders``.

    Args:
        open_route: account slug -> route, ``None`` for an unknown account.
        robots: group robots.
    """

    def __init__(self, open_route: Callable[[str], Route | None], robots: GroupRobots):
        self._open = open_route
        self._robots = robots
        self._routes: dict[str, Route] = {}
        self._lock = Lock()

    def _route(self, account: str) -> Route:
        with self._lock:
            if account not in self._routes:
                route = self._open(account)
                if route is None:
                    raise Undeliverable(f"no active account {account!r}")
                if len(self._routes) >= MAX_CLIENTS:
                    self._routes.pop(next(iter(self._routes))).client.close()
                self._routes[account] = route
            return self._routes[account]

    def text(self, account: str, openid: str, text: str) -> None:
        """Send a customer message.

        Raises:
            ChannelError: by what can be done about it.
        """
        self._route(account).client.send_text(openid, text)

    def robot(self, account: str, text: str) -> None:
        """Post to the staff's group robot.

        Raises:
            ChannelError: by what can be done about it; ``Undeliverable`` when there is no robot.
        """
        key = self._route(account).staff_robot_key
        if not key:
            raise Undeliverable(f"no staff robot is set for account {account!r}")
        self._robots.send_text(key, text)
