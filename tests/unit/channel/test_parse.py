"""Wire XML to a frozen message (WECHAT.md §2)."""

import pytest

from bot.channel.wechat.parse import MAX_DEPTH, MAX_FIELDS, MAX_TEXT_CHARS, parse, read_xml
from bot.domain.errors import Unparsable
from bot.domain.messages import Kind
from tests.factories import OPENID, make_event, make_xml


def received(xml: str):
    return parse("default", read_xml(xml.encode()))


def test_a_text_is_read_whole():
    """Sender, receiver, time and words."""
    found = received(make_xml(Content=" 积分入学怎么办 \n"))

    assert (found.account, found.sender, found.recipient) == ("default", OPENID, "gh_0123456789ab")
    assert (found.kind, found.text, found.created) == (Kind.TEXT, "积分入学怎么办", 1790000000)


def test_a_very_long_text_is_read_from_its_beginning():
    """What a person writes fits; what is longer would only cost time."""
    found = received(make_xml(Content="长" * 300_000))

    assert found.text == "长" * MAX_TEXT_CHARS
    assert found.key != received(make_xml(Content="长" * 300_001)).key


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("image", Kind.IMAGE),
        ("video", Kind.VIDEO),
        ("shortvideo", Kind.VIDEO),
        ("link", Kind.LINK),
        ("miniprogrampage", Kind.LINK),
        ("hologram", Kind.OTHER),
        (" TEXT ", Kind.TEXT),
    ],
)
def test_every_kind_of_message_has_a_kind(name: str, kind: Kind):
    """What the platform may invent later is ``other``."""
    assert received(make_xml(MsgType=name)).kind is kind


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("subscribe", Kind.FOLLOW),
        ("unsubscribe", Kind.UNFOLLOW),
        ("SCAN", Kind.SCAN),
        ("CLICK", Kind.MENU),
        ("scancode_waitmsg", Kind.MENU),
        ("VIEW", Kind.SILENT),
        ("LOCATION", Kind.SILENT),
        ("TEMPLATESENDJOBFINISH", Kind.RECEIPT),
        ("templatesendjobfinish", Kind.RECEIPT),
        ("MASSSENDJOBFINISH", Kind.RECEIPT),
        ("subscribe_msg_popup_event", Kind.CONSENT),
        ("user_authorization_revoke", Kind.ERASURE),
        ("user_authorization_cancellation", Kind.ERASURE),
        ("user_info_modified", Kind.SILENT),
        ("kf_close_session", Kind.SILENT),
        ("verify_expired", Kind.SILENT),
        ("something_new", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_every_event_has_a_kind_whatever_its_case(event: str, kind: Kind):
    """Both spellings of the template receipt are in the field (WECHAT.md §2.2)."""
    assert received(make_event(event)).kind is kind


@pytest.mark.parametrize(
    ("event", "key", "text"),
    [
        ("subscribe", "", ""),
        ("subscribe", "qrscene_c_demo", "c_demo"),
        ("subscribe", "last_trade_no_4001", ""),
        ("SCAN", "c_demo", "c_demo"),
        ("CLICK", "services.center", "services.center"),
        ("VIEW", "https://example.com", ""),
    ],
)
def test_scenes_and_menu_keys_are_the_text_of_an_event(event: str, key: str, text: str):
    """Only a QR scene counts, not the number of a payment."""
    assert received(make_event(event, EventKey=key)).text == text


def test_recognised_speech_is_the_text_of_a_voice_message():
    """Where the platform still recognises it (WECHAT.md §2.1)."""
    spoken = make_xml(MsgType="voice", Content=None, Recognition="居住证怎么办。", MediaId="m1")

    assert (received(spoken).text, received(spoken).media_id) == ("居住证怎么办。", "m1")
    assert received(make_xml(MsgType="voice", Content=None)).text == ""


def test_a_location_has_degrees_and_a_label():
    """Latitude first, as the platform names them X and Y."""
    found = received(
        make_xml(
            MsgType="location", Content=None, Location_X="23.1", Location_Y="113.5", Label="东门"
        )
    )

    assert (found.kind, found.latitude, found.longitude) == (Kind.LOCATION, 23.1, 113.5)
    assert found.label == "东门"


@pytest.mark.parametrize("degrees", ["", "north", "91", "-91", "nan", "inf", "1e400"])
def test_degrees_that_are_none_are_left_out(degrees: str):
    """Nobody is at 91 degrees north."""
    found = received(make_xml(MsgType="location", Location_X=degrees, Location_Y="113.5"))

    assert found.latitude is None


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ("1790000000", 1790000000),
        ("1790000000123", 1790000000),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("9" * 30, 0),
    ],
)
def test_times_are_seconds_and_milliseconds_are_understood(stamp: str, seconds: int):
    """One simulator sends milliseconds (WECHAT.md §13)."""
    assert received(make_xml(CreateTime=stamp)).created == seconds


def test_nested_fields_are_named_by_their_path_and_kept():
    """The two small nests of the platform."""
    xml = make_event("scancode_waitmsg").replace(
        "</xml>", "<ScanCodeInfo><ScanResult>1</ScanResult></ScanCodeInfo></xml>"
    )

    assert received(xml).fields["ScanCodeInfo.ScanResult"] == "1"


def test_the_first_of_a_repeated_field_counts():
    """A second sender cannot be smuggled in."""
    xml = make_xml().replace("</xml>", "<FromUserName>oSomebodyElse</FromUserName></xml>")

    assert received(xml).sender == OPENID


@pytest.mark.parametrize("missing", ["FromUserName", "ToUserName", "MsgType"])
def test_without_sender_receiver_or_kind_it_is_no_message(missing: str):
    """There is nobody to answer."""
    with pytest.raises(Unparsable):
        received(make_xml(**{missing: None}))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<xml>",
        b"<xml></xml><xml></xml>",
        b"<html></html>",
        b'{"MsgType": "text"}',
        b"<xml>\xff\xfe</xml>",
        b"<xml>\x00</xml>",
        b'<?xml version="1.0"?><!DOCTYPE xml><xml/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><xml>&b;</xml>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><xml>&b;</xml>',
        b"<xml>" + b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH + b"</xml>",
        b"<xml>" + b"".join(b"<a%d>1</a%d>" % (n, n) for n in range(MAX_FIELDS + 2)) + b"</xml>",
        b"<xml><undefined>&entity;</undefined></xml>",
    ],
    ids=[
        "nothing", "text", "open", "two roots", "other root", "json", "no utf-8", "nul", "doctype", "entity",
        "file", "deep", "many", "undefined entity",
    ],
)  # fmt: skip
def test_what_is_no_platform_document_is_refused(body: bytes):
    """Document types, entities, depth and number are refused before they cost anything."""
    with pytest.raises(Unparsable):
        read_xml(body)


def test_an_encoding_the_document_claims_is_not_believed():
    """The platform speaks UTF-8."""
    body = '<?xml version="1.0" encoding="latin-1"?><xml><a>好</a></xml>'.encode()

    assert read_xml(body) == {"a": "好"}


def test_an_empty_element_is_an_empty_text():
    """``EventKey`` of a plain follow."""
    assert read_xml(b"<xml><EventKey></EventKey><A/></xml>") == {"EventKey": "", "A": ""}
