"""Every code of WECHAT.md §10 has its outcome, and no text betrays a person or a secret."""

import pytest

from bot.channel.wechat.errors import (
    ChannelSetupError,
    Endpoint,
    Platform,
    StaleTokenError,
    error_for,
    rid,
    unanswered,
)
from bot.domain.errors import (
    AmbiguousSend,
    ChannelError,
    QuotaExhausted,
    RetryLater,
    Undeliverable,
)

SEND = Endpoint(path="/cgi-bin/message/custom/send", repeatable=False)
MENU = Endpoint(path="/cgi-bin/menu/create", repeatable=True)
TOKEN = Endpoint(path="/cgi-bin/stable_token", repeatable=True, platform=Platform.WECHAT_TOKEN)
ROBOT = Endpoint(path="/cgi-bin/webhook/send", repeatable=False, platform=Platform.WECOM)


def spread(*parts: int | tuple[int, int]) -> list[int]:
    return [
        code
        for part in parts
        for code in ([part] if isinstance(part, int) else range(part[0], part[1] + 1))
    ]


WECHAT: dict[type[ChannelError] | None, list[int]] = {
    None: spread(0, 45065, 45072, 45080, 45081),
    AmbiguousSend: [-1],
    StaleTokenError: [40001, 40014, 42001],
    RetryLater: [42010, 43117, 45011, 45066],
    QuotaExhausted: [45009, 45028, 45047, 48006],
    Undeliverable: [40003, 43004, 43019, 43101, 45015, 48002, 50005, 70000],
    ChannelSetupError: spread(
        40013, 40036, 40037, 40125, 40164, 40200, 40243, 43116, 45064, 48001, 48003, 48004, 48008,
        50001, 50002, 61004, 61007, 65400,
    ),
    ChannelError: spread(
        40002, (40004, 40012), (40015, 40027), (40029, 40033), 40035, 40039, 40050, 40051, 40054,
        40055, 40059, 40060, 40062, 40130, 40132, 40152, 40163, 40246, 40247, 40249,
        (41001, 41009), 41030, 42002, 42003, 42007, (43001, 43003), 43104, (44001, 44004),
        (45001, 45008), 45010, 45027, (45056, 45059), 45062, 45067, 45083, 45084, 45113,
        (45157, 45159), 45162, (46001, 46004), 47001, 47003, 48005, 48021, 48022, 49003, 53600,
        (61450, 61459), (65301, 65320), (65401, 65417), (76001, 76004), 76021, 76022, 87014,
        (89503, 89507), (200011, 200022), 200100, 9001001, 123456789,
    ),
}  # fmt: skip
WECOM: dict[type[ChannelError] | None, list[int]] = {
    None: [0],
    AmbiguousSend: [-1],
    StaleTokenError: [40014, 42001],
    RetryLater: [6000, 45009, 45033],
    QuotaExhausted: [95001, 97610],
    Undeliverable: [40003, 40096, 60111, 81013, 82001, 93000, 95002],
    ChannelSetupError: [40001, 40013, 40056, 48002, 60011, 60020, 301002],
    ChannelError: spread(40008, 40058, 40068, 44004, 45002, 45024, (86001, 86008), 86216, 86217, 86220),
}  # fmt: skip


@pytest.mark.parametrize(
    ("endpoint", "code", "expected"),
    [
        pytest.param(endpoint, code, expected, id=f"{endpoint.platform.value} {code}")
        for endpoint, table in ((SEND, WECHAT), (ROBOT, WECOM))
        for expected, codes in table.items()
        for code in codes
    ],
)
def test_every_code_of_the_table_has_its_outcome(
    endpoint: Endpoint, code: int, expected: type[ChannelError] | None
):
    """WECHAT.md §10, both platforms: exactly this class, with the code on it."""
    error = error_for(endpoint, code, "whatever the wording")
    assert type(error) is (expected or type(None))
    if error is not None:
        assert error.code == code
        assert str(error).startswith(f"{endpoint.path}: {code} ")


@pytest.mark.parametrize(
    ("endpoint", "code", "after_s"),
    [(MENU, -1, 3), (MENU, 45011, 60), (SEND, 45066, 60), (SEND, 43117, 3600), (ROBOT, 45009, 60)],
)
def test_passing_trouble_says_when_to_come_back(endpoint: Endpoint, code: int, after_s: float):
    """A busy platform is asked again only where a double call harms nobody."""
    error = error_for(endpoint, code, "")
    assert isinstance(error, RetryLater)
    assert error.after_s == after_s


def test_a_wrong_secret_is_not_taken_for_a_stale_token():
    """At the token endpoint 40001 means the secret: no renewal can mend it."""
    assert type(error_for(TOKEN, 40001, "")) is ChannelSetupError


def test_texts_keep_the_request_id_and_drop_the_rest():
    """The platform's own wording, which may hold anything, never reaches a log."""
    message = (
        "invalid openid oABCDEFGHIJKLMNOPQRSTUVWXYZ01 access_token=SECRET "
        "rid: 6543ab12-0f0e1d2c-7a8b9c0d"
    )
    text = str(error_for(SEND, 40003, message))
    assert "rid 6543ab12-0f0e1d2c-7a8b9c0d" in text
    assert "oABC" not in text
    assert "SECRET" not in text


def test_an_operator_reads_which_address_to_allow():
    """40164 names our own address, 47003 the template key: both help to mend it."""
    assert "(10.1.2.3)" in str(error_for(TOKEN, 40164, "invalid ip 10.1.2.3 ipv6 ::ffff, rid: 1"))
    refused = "argument invalid! data.thing2.value invalid rid: 1"
    assert "(thing2)" in str(error_for(SEND, 47003, refused))


def test_a_message_without_request_id_has_none():
    """Old answers carry none; nothing is made up."""
    assert rid("ok") == ""
    assert rid("rid: oABCDEFGHIJKLMNOPQRSTUVWXYZ01") == ""


@pytest.mark.parametrize(
    ("endpoint", "left", "expected"),
    [
        (SEND, True, AmbiguousSend),
        (SEND, False, RetryLater),
        (MENU, True, RetryLater),
        (ROBOT, True, AmbiguousSend),
    ],
)
def test_silence_is_ambiguous_only_where_something_can_have_arrived(
    endpoint: Endpoint, left: bool, expected: type[ChannelError]
):
    """WECHAT.md §14.3."""
    assert type(unanswered(endpoint, "no answer", left=left)) is expected
