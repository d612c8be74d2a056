"""The phone page in a real Chromium, at a phone's width and on a desk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.wire_xml import build
from tests.unit.sandbox.stub_bot import (
    OPENID,
    Seen,
    StubBot,
    call,
    running_bot,
    sealed,
    served,
    settings_for,
    text_reply,
)

webdriver = pytest.importorskip("selenium.webdriver")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(120),
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are missing"),
]

FIRST = ".phone-slot:first-child "
LINK = '<a href="weixin://bizmsgmenu?msgmenucontent=在哪办&msgmenuid=2">2 在哪办</a>'
EVIL = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"


def answer(seen: Seen) -> bytes:
    """A small bot: links, an evil text, a fault, articles, an echo."""
    message = seen.message
    assert message is not None
    content = message.value("Content")
    if message.value("Event") == "subscribe":
        return text_reply(seen, "欢迎来暖邻")
    if "坏" in content:
        return b"{}"
    if "图文" in content:
        article = [("Title", "积分入学"), ("Description", "一张表"), ("PicUrl", ""), ("Url", "")]
        return sealed(
            build(
                [
                    ("ToUserName", message.value("FromUserName")),
                    ("FromUserName", message.value("ToUserName")),
                    ("CreateTime", 1),
                    ("MsgType", "news"),
                    ("ArticleCount", 1),
                    ("Articles", [("item", article)]),
                ]
            )
        )
    heard = content or message.value("Recognition") or message.value("Label")
    heard = heard or message.value("EventKey")
    return text_reply(seen, {"链接": LINK, "恶意": EVIL}.get(content, f"收到：{heard}"))


class Page:
    """A browser on the page."""

    def __init__(self, driver: Any, port: int) -> None:
        self.driver = driver
        self.port = port

    def all(self, selector: str) -> list[Any]:
        """Elements in the first phone."""
        return list(self.driver.find_elements("css selector", FIRST + selector))

    def press(self, label: str) -> None:
        """Press the visible button with a label or a text."""
        buttons = [b for b in self.all("button") if b.is_displayed()]
        found = [b for b in buttons if label in (b.get_attribute("aria-label"), b.text.strip())]
        assert found, f"no button {label}"
        self.driver.execute_script("arguments[0].click()", found[0])

    def until(self, condition: Callable[[], Any]) -> None:
        """Wait for the page to show something."""
        wait = pytest.importorskip("selenium.webdriver.support.ui").WebDriverWait
        wait(self.driver, 10, 0.05).until(lambda _: condition())

    def shows(self, text: str) -> None:
        """Wait until the chat holds a text."""
        self.until(lambda: text in self.all(".log")[0].text)

    def type(self, text: str) -> None:
        """Type into what has the focus and press Enter."""
        self.driver.switch_to.active_element.send_keys(text + "\ue007")

    def problems(self) -> list[Any]:
        """What the console complains of."""
        return list(self.driver.get_log("browser"))


@pytest.fixture
def bot() -> Iterator[StubBot]:
    """The small bot."""
    with running_bot(answer) as found:
        yield found


@pytest.fixture
def visit(bot: StubBot, tmp_path: Path) -> Iterator[Callable[[int], Page]]:
    """Open the page at a width."""
    with ExitStack() as stack:
        port = stack.enter_context(served(settings_for(bot, port=0, deliveries=1)))

        def opened(width: int) -> Page:
            options = webdriver.ChromeOptions()
            options.binary_location = CHROMIUM
            for flag in ("--headless=new", "--no-sandbox", "--disable-gpu"):
                options.add_argument(flag)
            options.add_argument(f"--user-data-dir={tmp_path / str(width)}")
            options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
            service = webdriver.ChromeService(DRIVER)
            driver = webdriver.Chrome(options=options, service=service)
            stack.callback(driver.quit)
            size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 600}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            driver.get(f"http://127.0.0.1:{port}/")
            page = Page(driver, port)
            page.until(lambda: page.all(".foot > *"))
            return page

        yield opened


def test_a_conversation_by_keyboard(visit: Callable[[int], Page]) -> None:
    """Text, link, article, fault, voice, place; nothing of the bot's becomes markup."""
    page = visit(390)
    page.all("textarea")[0].click()
    page.type("你好")
    page.shows("收到：你好")
    page.type("链接")
    page.shows("2 在哪办")
    page.press("2 在哪办")
    page.shows("收到：在哪办")
    page.type("恶意")
    page.shows("onerror")
    assert page.driver.title != "broken"
    page.type("图文")
    page.until(lambda: page.all(".card h3"))
    page.type("坏")
    page.shows("该公众号提供的服务出现故障，请稍后再试")
    page.press("更多功能")
    page.press("语音输入")
    page.type("老伴摔了")
    page.shows("收到：老伴摔了")
    page.press("位置")
    page.press("发送")
    page.shows("收到：广东省广州市增城区·工业园东门")
    assert page.driver.execute_script("return document.documentElement.scrollWidth") <= 390
    assert page.problems() == []


def test_menu_typing_and_following(visit: Callable[[int], Page]) -> None:
    """The menu pops up, the title tells of typing, a newcomer follows."""
    page = visit(1280)
    assert len(page.driver.find_elements("css selector", ".phone")) == 3
    settings = settings_for(StubBot(url="http://127.0.0.1:1/"))
    account = settings.accounts[0]
    _, token = call(
        page.port,
        "GET",
        "/cgi-bin/token",
        grant_type="client_credential",
        appid=account.app_id,
        secret=account.app_secret,
    )
    access = token["access_token"]
    child = {"type": "click", "name": "居住证", "key": "JZZ"}
    menu = {"button": [{"name": "办事", "sub_button": [child]}]}
    call(page.port, "POST", "/cgi-bin/menu/create", menu, access_token=access)
    page.until(lambda: page.all(".menu-bar .folds"))
    page.press("办事")
    page.press("居住证")
    page.shows("收到：JZZ")
    page.press("切换到键盘")
    page.type("在吗")
    page.shows("收到：在吗")
    typing = {"touser": OPENID, "command": "Typing"}
    call(page.port, "POST", "/cgi-bin/message/custom/typing", typing, access_token=access)
    page.until(lambda: "对方正在输入" in page.all(".bar h2")[0].text)
    page.press("聊天列表")
    newcomer = next(row for row in page.all(".list-row") if "古丽" in row.text)
    newcomer.click()
    page.press("关注公众号")
    page.shows("欢迎来暖邻")
    page.press("聊天列表")
    next(row for row in page.all(".list-row") if "值班群" in row.text).click()
    post = {"msgtype": "markdown", "markdown": {"content": "**需要人工** 李姐"}}
    key = settings.robots[0].key
    call(page.port, "POST", "/cgi-bin/webhook/send", post, key=key)
    page.shows("需要人工 李姐")
    assert page.problems() == []
