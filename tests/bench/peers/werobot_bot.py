"""WeRoBot 1.13.1 with keyword filters, served through its own Bottle application.

``sessions`` false is its fastest form (nothing is stored, a re-delivery is answered again);
``sessions`` true is how it comes: a SQLite file that it writes after every filter it tries.
"""

import json
import os
from collections.abc import Callable
from typing import Any

import werobot
from werobot.config import Config
from werobot.robot import _DEFAULT_CONFIG


def make_app() -> Callable[..., Any]:
    """Return the application."""
    peer = json.loads(os.environ["BENCH_PEER"])
    config = Config(_DEFAULT_CONFIG)
    config.update(TOKEN=peer["token"])
    if peer["sealed"]:
        config.update(APP_ID=peer["app_id"], ENCODING_AES_KEY=peer["aes_key"])
    if not peer["sessions"]:
        config.update(SESSION_STORAGE=False)
    robot = werobot.WeRoBot(config=config)
    for word in peer["keywords"]:
        robot.add_filter(_speaker(f"关于{word}，请到社区服务中心咨询。"), [word])

    @robot.text
    def otherwise(message: Any) -> str:
        return "您好，您的留言已收到，工作人员会尽快回复。"

    if peer["sessions"]:
        _ = robot.session_storage  # opened now: opened by the first message it fails under load
    return robot.wsgi


def _speaker(answer: str) -> Callable[[Any], str]:
    def speak(message: Any) -> str:
        return answer

    return speak
