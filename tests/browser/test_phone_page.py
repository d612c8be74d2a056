"""A resident's afternoon on the phone page: a real Chromium, the real webhook, the staff group."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from bot.channel.wechat.menu import Button, Menu, Submenu
from bot.testing import Phone, Stage, stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

WIDTH, HEIGHT = 390, 844
PATIENCE_S = 20
MENU = Menu(
    buttons=(
        Submenu(name="办事", buttons=(Button(name="办居住证", value="services.residence_permit"),)),
        Button(name="找人", value="chat.human"),
    )
)


def _binary(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        words = f"needs the Debian package {package}"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    return found


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A house and an emulator."""
    with stage(tmp_path_factory.mktemp("street")) as built:
        yield built


@pytest.fixture
def driver() -> Iterator[WebDriver]:
    """Chromium as a phone of 390 pixels."""
    options = webdriver.ChromeOptions()
    options.binary_location = _binary("chromium", "chromium")
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(flag)
    options.add_argument(f"--window-size={WIDTH},{HEIGHT}")
    options.add_experimental_option(
        "mobileEmulation", {"deviceMetrics": {"width": WIDTH, "height": HEIGHT, "pixelRatio": 2}}
    )
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=_binary("chromedriver", "chromium-driver"))
    started = webdriver.Chrome(options=options, service=service)
    try:
        yield started
    finally:
        started.quit()


class Page:
    """The first phone on the page."""

    def __init__(self, driver: WebDriver):
        self.driver = driver

    def find(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, f".phone-slot:first-child {selector}")

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        waiting = WebDriverWait(self.driver, PATIENCE_S, poll_frequency=0.05)
        return waiting.until(lambda _: condition(), message=what)

    def button(self, label: str) -> WebElement:
        """Wait for a visible button with a label or a text."""

        def look() -> WebElement | None:
            for one in self.find("button"):
                names = (one.get_attribute("aria-label") or "", one.text.partition("\n")[0].strip())
                if one.is_displayed() and label in names:
                    return one
            return None

        found: WebElement = self.until(look, f"no button {label}")
        return found

    def press(self, label: str) -> None:
        self.button(label).click()

    def write(self, text: str) -> None:
        """Type a message and send it with the Enter key."""
        (box,) = self.until(lambda: self.find("textarea"), "no text box")
        box.send_keys(text, Keys.ENTER)

    def bubbles(self) -> list[str]:
        """Return what the account has said."""
        return [one.text for one in self.find(".row:not(.mine) .bubble")]

    def reads(self, piece: str, *, after: int) -> str:
        """Wait until one more bubble is there that holds ``piece``; return it."""
        self.until(
            lambda: len(self.bubbles()) > after and piece in self.bubbles()[-1],
            f"no bubble with {piece}",
        )
        return self.bubbles()[-1]


@pytest.fixture
def page(driver: WebDriver, street: Stage) -> Page:
    """The page, open on the phone of a new resident, with the account's menu set."""
    route = street.house.open_route("default")
    assert route is not None
    route.client.create_menu(MENU)
    route.client.close()
    phone: Phone = street.phone("王婶")
    driver.get(f"{street.sandbox}/?chat={phone.openid}&chat=group:staff")
    opened = Page(driver)
    opened.until(lambda: opened.find("footer button"), "the phone is drawn")
    return opened


def test_a_resident_asks_picks_a_number_sends_a_place_and_calls_a_person(
    page: Page, street: Stage, driver: WebDriver
) -> None:
    """From the first question to the alert in the staff's group, without a console error."""
    page.press("切换到键盘")
    page.write("居住证咋办")
    offered = page.reads("住满半年", after=0)
    assert "1 " in offered

    page.write("2")
    page.reads("签注", after=1)

    page.press("更多功能")
    page.press("位置")
    page.press("发送")
    page.reads("驿站", after=2)

    page.press("切换到菜单")
    page.press("办事")
    page.press("办居住证")
    page.reads("住满半年", after=3)
    page.press("找人")
    page.reads("留了话", after=4)
    street.work()

    page.press("聊天列表")
    page.press("社区值班群")
    page.until(lambda: any("找人" in text for text in page.bubbles()), "the group shows the alert")
    assert driver.get_log("browser") == []


def test_the_page_fits_a_phone(page: Page, driver: WebDriver) -> None:
    """At 390 pixels nothing scrolls sideways and every control is big enough for a thumb."""
    page.press("切换到键盘")

    width = driver.execute_script("return document.documentElement.scrollWidth")
    inner = driver.execute_script("return window.innerWidth")
    small = [
        one.get_attribute("aria-label")
        for one in page.find("footer button")
        if one.is_displayed() and min(one.size["width"], one.size["height"]) < 24
    ]

    assert inner == WIDTH
    assert width <= WIDTH
    assert small == []
