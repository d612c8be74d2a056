"""What residents do with their phones, and what the platform makes of it."""

from __future__ import annotations

import hashlib

from bot.sandbox import pushes
from bot.sandbox.clock import SandboxClock
from bot.sandbox.media import MediaStore
from bot.sandbox.menus import KEYED, find_button
from bot.sandbox.model import Delivery, Json, Resident, Side
from bot.sandbox.push import Pusher
from bot.sandbox.pushes import Push, Trigger
from bot.sandbox.world import World

MAX_TEXT = 20_000
DEFAULT_PLACE = (23.13, 113.57, "广东省广州市增城区")


class ActionRefusedError(Exception):
    """Something a phone would not let the resident do."""


class Actions:
    """Acts on behalf of residents; each returns the push it caused, if any."""

    def __init__(
        self,
        *,
        base_url: str,
        clock: SandboxClock,
        world: World,
        media: MediaStore,
        pusher: Pusher,
    ) -> None:
        self._base_url = base_url
        self._clock = clock
        self._world = world
        self._media = media
        self._pusher = pusher

    def say(self, openid: str, text: str, *, menu_id: str | None = None) -> Delivery:
        """Send a text, or tap a msgmenu item."""
        if not text or len(text) > MAX_TEXT:
            raise ActionRefusedError("消息为空或过长")
        push = pushes.text(text, menu_id=menu_id)
        return self._send(openid, "text", {"text": text, "menu_id": menu_id}, push)

    def image(self, openid: str, data: bytes, file_name: str) -> Delivery:
        """Send a picture."""
        media = self._media.add("image", data, file_name=file_name)
        push = pushes.image(f"{self._base_url}/sandbox/media/{media.media_id}", media.media_id)
        return self._send(openid, "image", {"media_id": media.media_id}, push)

    def voice(self, openid: str, text: str, *, recognised: bool = True) -> Delivery:
        """Speak; the words are what the platform recognises, or nothing if it does not."""
        data = b"#!AMR\n" + hashlib.sha256(text.encode()).digest()
        media = self._media.add("voice", data, file_name="voice.amr")
        seconds = max(1, min(60, round(len(text) / 4)))
        content = {"media_id": media.media_id, "text": text, "seconds": seconds}
        push = pushes.voice(media.media_id, text if recognised else "")
        return self._send(openid, "voice", content, push)

    def video(self, openid: str, *, short: bool = False) -> Delivery:
        """Send a (stand-in) video."""
        media = self._media.add("video", b"\x00\x00\x00\x18ftypmp42", file_name="video.mp4")
        push = pushes.video(media.media_id, media.media_id, short=short)
        return self._send(openid, "video", {"media_id": media.media_id}, push)

    def location(
        self, openid: str, latitude: float, longitude: float, *, label: str, scale: int = 16
    ) -> Delivery:
        """Send a place."""
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise ActionRefusedError("经纬度不对")
        content = {"latitude": latitude, "longitude": longitude, "label": label, "scale": scale}
        push = pushes.location(latitude, longitude, scale=scale, label=label)
        return self._send(openid, "location", content, push)

    def link(self, openid: str, title: str, description: str, url: str) -> Delivery:
        """Forward an article."""
        content = {"title": title, "description": description, "url": url}
        return self._send(openid, "link", content, pushes.link(title, description, url))

    def follow(self, openid: str, *, scene: str = "") -> Delivery:
        """Follow the account, perhaps by scanning a code."""
        with self._world.lock:
            resident = self._world.resident(openid)
            if resident.followed:
                raise ActionRefusedError("已经关注了")
            resident.followed = True
            resident.subscribed_at = self._clock.time()
            resident.scene = "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH"
        self._note(openid, "follow")
        return self._push(resident, pushes.subscribe(scene))

    def unfollow(self, openid: str) -> Delivery:
        """Unfollow; every allowance of the account ends."""
        with self._world.lock:
            resident = self._followed(openid)
            resident.followed = False
            resident.typing_until = 0.0
            resident.budget.close()
        self._note(openid, "unfollow")
        return self._push(resident, pushes.unsubscribe())

    def scan(self, openid: str, scene: str) -> Delivery:
        """Scan the account's parametric code: follow, or an event for a follower."""
        if not self._world.resident(openid).followed:
            return self.follow(openid, scene=scene)
        return self._push(self._followed(openid), pushes.scan(scene))

    def event(self, openid: str, name: str, fields: Json) -> Delivery:
        """Any other event of the documents."""
        return self._push(self._world.resident(openid), pushes.raw_event(name, fields))

    def enter(self, openid: str, latitude: float, longitude: float) -> Delivery:
        """Open the chat with location reporting allowed."""
        return self._push(self._followed(openid), pushes.report_location(latitude, longitude))

    def tap_menu(self, openid: str, path: list[int], options: Json) -> tuple[Delivery | None, Json]:
        """Tap the menu button at [top] or [top, sub].

        Returns:
            The push it caused and what the phone does next, such as a page to open.
        """
        resident = self._followed(openid)
        button = find_button(self._world.account(resident.account).menu, path)
        if button is None:
            raise ActionRefusedError("没有这个菜单")
        if button.get("sub_button"):
            return None, {"opens": "sub_menu"}
        kind, name = str(button["type"]), str(button["name"])
        self._note(openid, "menu", name=name, type=kind)
        if kind == "click":
            return self._push(resident, pushes.click(str(button["key"]))), {}
        if kind == "view":
            url = str(button["url"])
            return self._push(resident, pushes.view(url)), {"url": url}
        if kind == "miniprogram":
            return self._push(resident, pushes.view_mini_program(str(button["pagepath"]))), {}
        if kind in KEYED:
            return self._keyed(resident, kind, str(button["key"]), options), {}
        return None, self._library(openid, button)

    # -- steps -------------------------------------------------------------------------------

    def _keyed(self, resident: Resident, kind: str, key: str, options: Json) -> Delivery:
        if kind.startswith("scancode"):
            result = str(options.get("result") or "https://example.invalid/scan")
            return self._push(resident, pushes.scan_code(kind, key, result))
        if kind == "location_select":
            latitude = float(options.get("latitude", DEFAULT_PLACE[0]))
            longitude = float(options.get("longitude", DEFAULT_PLACE[1]))
            label = str(options.get("label") or DEFAULT_PLACE[2])
            self._push(resident, pushes.location_select(key, latitude, longitude, label))
            return self.location(resident.openid, latitude, longitude, label=label)
        digest = hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()
        return self._push(resident, pushes.pictures(kind, key, [digest]))

    def _library(self, openid: str, button: Json) -> Json:
        content = {"media_id": str(button.get("media_id") or button.get("article_id"))}
        self._world.add_entry(openid, Side.ACCOUNT, "image", content, via="menu")
        return {}

    def _send(self, openid: str, kind: str, content: Json, push: Push) -> Delivery:
        resident = self._followed(openid)
        self._world.add_entry(openid, Side.RESIDENT, kind, content)
        return self._push(resident, push)

    def _push(self, resident: Resident, push: Push) -> Delivery:
        now = self._clock.time()
        with self._world.lock:
            if push.is_message:
                resident.last_exchange_at = now
            if push.trigger is Trigger.MESSAGE:
                resident.budget.on_message(now)
            elif push.trigger is Trigger.ACTION:
                resident.budget.on_action(now)
        return self._pusher.submit(resident.openid, push)

    def _followed(self, openid: str) -> Resident:
        resident = self._world.resident(openid)
        if not resident.followed:
            raise ActionRefusedError("还没有关注这个公众号")
        return resident

    def _note(self, openid: str, action: str, **details: str) -> None:
        content = {"action": action, **details}
        self._world.add_entry(openid, Side.SYSTEM, "event", content)
