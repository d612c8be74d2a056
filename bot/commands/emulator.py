"""``sandbox``: the platform emulator as a process of its own."""

import argparse
from threading import Event

from bot import logs
from bot.config import SANDBOX_GH_ID, Settings, load
from bot.sandbox import AccountSettings, Mode, RobotSettings, SandboxSettings, serve


def sandbox(_arguments: argparse.Namespace) -> int:
    """Run the platform emulator until SIGTERM."""
    settings = load()
    logs.configure(level=settings.log_level, style=settings.log_format, process="sandbox")
    serve(sandbox_settings(settings), Event())
    return 0


def sandbox_settings(settings: Settings) -> SandboxSettings:
    """Return the emulator's settings for this deployment's own account."""
    account = AccountSettings(
        slug="default",
        title="暖邻",
        gh_id=SANDBOX_GH_ID,
        app_id=settings.app_id,
        app_secret=settings.app_secret,
        token=settings.token,
        aes_key=settings.aes_key,
        mode=Mode(settings.mode),
        callback_url=f"http://127.0.0.1:{settings.port}/wechat/default",
    )
    robots = (
        RobotSettings(
            key=settings.staff_robot_key, name="暖邻提醒", group="staff", group_title="社区值班群"
        ),
        *(robot for robot in SandboxSettings().robots if robot.group != "staff"),
    )
    return SandboxSettings(port=settings.port + 1, accounts=(account,), robots=robots)
