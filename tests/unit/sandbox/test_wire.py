"""XML out and in, every push kind, signing, and the judgement of replies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.sandbox import AccountSettings, Mode, pushes
from bot.sandbox.chaos import HOSTILE, Switch
from bot.sandbox.crypto import decrypt, sign
from bot.sandbox.model import Outcome
from bot.sandbox.pushes import Push, Trigger
from bot.sandbox.replycheck import Expectation, ReplyChecker
from bot.sandbox.signing import Keys, imitate, sign_push
from bot.sandbox.wire_xml import XmlError, build, parse
from tests.unit.sandbox.stub_bot import ACCOUNT, sealed

OPENID = "oSbxResident000000000000001"
KEYS = Keys(
    token=ACCOUNT.token,
    aes_key=ACCOUNT.aes_key,
    previous_aes_key="Z" * 43,
    app_id=ACCOUNT.app_id,
    gh_id=ACCOUNT.gh_id,
    mode=Mode.SECURE,
    callback_url=ACCOUNT.callback_url,
)

# -- XML --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "]]>", "<b>&amp;", "a]]]]>b", "🙂\n\t换行", "x" * 9000])
def test_any_text_survives_cdata(text: str) -> None:
    """What is built can be read back."""
    assert parse(build([("Content", text)])).value("Content") == text


def test_control_characters_are_left_out() -> None:
    """The platform never sends broken XML."""
    assert parse(build([("Content", "a\x00\x08\ud800b")])).value("Content") == "ab"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"success",
        b"<xml>",
        b"<xml></xml><xml></xml>",
        b"<xml>\x01</xml>",
        b"<xml>&#1;</xml>",
        b"\xff\xfe<xml/>",
        b'<!DOCTYPE xml [<!ENTITY a "b">]><xml>&a;</xml>',
        b"<xml>&nbsp;</xml>",
        b"<a>" * 50 + b"</a>" * 50,
    ],
)
def test_documents_that_are_not_plain_xml_are_refused(text: bytes) -> None:
    """Entities, depth, control characters, garbage."""
    with pytest.raises(XmlError):
        parse(text)


def test_a_repeated_element_is_an_error_when_one_is_asked_for() -> None:
    """Two contents are no content."""
    root = parse(b"<xml><Content>a</Content><Content>b</Content></xml>")
    with pytest.raises(XmlError):
        root.value("Content")


# -- pushes -----------------------------------------------------------------------------------

EVERY_PUSH: list[tuple[Push, str, set[str]]] = [
    (pushes.text("你好"), "text", {"Content", "MsgId"}),
    (pushes.text("一", menu_id="1"), "text", {"Content", "bizmsgmenuid", "MsgId"}),
    (pushes.image("http://x/1", "m"), "image", {"PicUrl", "MediaId", "MsgId"}),
    (
        pushes.voice("m", "话"),
        "voice",
        {"MediaId", "Format", "MediaId16K", "Recognition", "MsgId"},
    ),
    (pushes.video("m", "t"), "video", {"MediaId", "ThumbMediaId", "MsgId"}),
    (pushes.video("m", "t", short=True), "shortvideo", {"MediaId", "ThumbMediaId", "MsgId"}),
    (
        pushes.location(23.13, 113.57, scale=16, label="门口"),
        "location",
        {"Location_X", "Location_Y", "Scale", "Label", "MsgId"},
    ),
    (pushes.link("t", "d", "http://x"), "link", {"Title", "Description", "Url", "MsgId"}),
    (
        pushes.mini_program("t", "wx1", "p"),
        "miniprogrampage",
        {"AppId", "Title", "PagePath", "ThumbUrl", "ThumbMediaId", "MsgId"},
    ),
    (pushes.subscribe(), "event", {"Event", "EventKey"}),
    (pushes.subscribe("7"), "event", {"Event", "EventKey", "Ticket"}),
    (pushes.unsubscribe(), "event", {"Event", "EventKey"}),
    (pushes.scan("7"), "event", {"Event", "EventKey", "Ticket"}),
    (pushes.click("K"), "event", {"Event", "EventKey"}),
    (pushes.view("http://x"), "event", {"Event", "EventKey", "MenuId"}),
    (pushes.view_mini_program("p"), "event", {"Event", "EventKey", "MenuId"}),
    (pushes.scan_code("scancode_push", "K", "r"), "event", {"Event", "EventKey", "ScanCodeInfo"}),
    (pushes.pictures("pic_weixin", "K", ["a"]), "event", {"Event", "EventKey", "SendPicsInfo"}),
    (
        pushes.location_select("K", 23.1, 113.5, "门口"),
        "event",
        {"Event", "EventKey", "SendLocationInfo"},
    ),
    (pushes.report_location(23.1, 113.5), "event", {"Event", "Latitude", "Longitude", "Precision"}),
    (
        pushes.job_finished("TEMPLATESENDJOBFINISH", 7, "success"),
        "event",
        {"Event", "MsgID", "Status"},
    ),
    (
        pushes.job_finished("MASSSENDJOBFINISH", 7, "send success", {"TotalCount": 3}),
        "event",
        {"Event", "MsgID", "Status", "TotalCount", "FilterCount", "SentCount", "ErrorCount"},
    ),
    (
        pushes.raw_event("kf_create_session", {"KfAccount": "a@b"}),
        "event",
        {"Event", "KfAccount"},
    ),
]


@pytest.mark.parametrize(
    ("push", "msg_type", "fields"),
    EVERY_PUSH,
    ids=[f"{number}-{push.kind}" for number, (push, _, _) in enumerate(EVERY_PUSH)],
)
def test_every_push_has_the_documented_fields(push: Push, msg_type: str, fields: set[str]) -> None:
    """Common four, its own, and a `MsgId` only on messages."""
    root = parse(push.xml(gh_id="gh_1", openid="o1", create_time=1790000000, msg_id="245"))
    common = {"ToUserName", "FromUserName", "CreateTime", "MsgType"}
    assert {child.tag for child in root.children} == common | fields
    assert root.value("MsgType") == msg_type
    assert root.value("CreateTime") == "1790000000"


def test_events_nest_objects_and_repeat_lists() -> None:
    """Subscription events have lists of objects."""
    push = pushes.raw_event(
        "subscribe_msg_popup_event",
        {"SubscribeMsgPopupEvent": {"List": [{"TemplateId": "a"}, {"TemplateId": "b"}]}},
    )
    root = parse(push.xml(gh_id="g", openid="o", create_time=1, msg_id="1"))
    wrapper = root.one("SubscribeMsgPopupEvent")
    assert wrapper is not None
    assert [item.value("TemplateId") for item in wrapper.all("List")] == ["a", "b"]


def test_budgets_follow_the_trigger() -> None:
    """Tapping a msgmenu item is a menu click, looking at a page is nothing."""
    assert pushes.text("x").trigger is Trigger.MESSAGE
    assert pushes.text("x", menu_id="1").trigger is Trigger.ACTION
    assert pushes.click("K").trigger is Trigger.ACTION
    assert pushes.view("http://x").trigger is Trigger.NOTHING


# -- signing ----------------------------------------------------------------------------------

XML = "<xml><ToUserName><![CDATA[gh]]></ToUserName><Content><![CDATA[积分]]></Content></xml>"


def _keys(mode: Mode) -> Keys:
    return replace(KEYS, mode=mode)


def test_secure_mode_hides_everything_but_the_receiver() -> None:
    """Query and body carry what the documents say."""
    signed = sign_push(KEYS, openid="o1", xml=XML, timestamp=1790000000)
    root = parse(signed.body)
    assert [child.tag for child in root.children] == ["ToUserName", "Encrypt"]
    assert signed.query["encrypt_type"] == "aes"
    assert signed.query["openid"] == "o1"
    expected = sign(
        KEYS.token, signed.query["timestamp"], signed.query["nonce"], root.value("Encrypt")
    )
    assert signed.query["msg_signature"] == expected
    assert decrypt(KEYS.aes_key, root.value("Encrypt"), KEYS.app_id).decode() == XML


def test_compatible_mode_carries_both() -> None:
    """Plain fields and the envelope in one document."""
    signed = sign_push(_keys(Mode.COMPATIBLE), openid=None, xml=XML, timestamp=1)
    root = parse(signed.body)
    assert root.value("Content") == "积分"
    assert decrypt(KEYS.aes_key, root.value("Encrypt"), KEYS.app_id).decode() == XML
    assert "openid" not in signed.query


def test_plaintext_mode_signs_the_query_only() -> None:
    """No envelope, no `encrypt_type`."""
    signed = sign_push(_keys(Mode.PLAINTEXT), openid=None, xml=XML, timestamp=1)
    assert signed.body.decode() == XML
    assert set(signed.query) == {"signature", "timestamp", "nonce"}


def test_the_old_key_is_used_on_request() -> None:
    """As in the overlap after a rotation."""
    signed = sign_push(KEYS, openid=None, xml=XML, timestamp=1, old_key=True)
    encrypted = parse(signed.body).value("Encrypt")
    assert decrypt("Z" * 43, encrypted, KEYS.app_id).decode() == XML


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("switch", HOSTILE)
def test_imitations_differ_from_the_honest_request(switch: Switch, mode: Mode) -> None:
    """Each is wrong in its own way."""
    request = imitate(switch, _keys(mode), openid="o", xml=XML, timestamp=1790000000)
    assert request.body
    if switch is Switch.STALE_TIMESTAMP:
        assert int(request.query["timestamp"]) < 1790000000
    if switch is Switch.WRONG_SIGNATURE:
        assert request.query["signature"] == "0" * 40
    if switch is Switch.GARBAGE_BODY:
        with pytest.raises(XmlError):
            parse(request.body)


# -- judgement --------------------------------------------------------------------------------

EXPECTED = Expectation(
    token=ACCOUNT.token,
    app_id=ACCOUNT.app_id,
    aes_keys=(ACCOUNT.aes_key,),
    mode=Mode.SECURE,
    gh_id=ACCOUNT.gh_id,
    openid=OPENID,
    is_message=True,
)
CHECK = ReplyChecker(
    media=lambda mid, kind: mid == f"good-{kind}", strict=True, text_limit_bytes=64
)
LENIENT = ReplyChecker(media=lambda mid, kind: False, strict=False, text_limit_bytes=64)


def reply(kind: str, *extra: tuple[str, object], **changes: str) -> str:
    """A plain reply of a kind."""
    values: dict[str, object] = {
        "ToUserName": OPENID,
        "FromUserName": ACCOUNT.gh_id,
        "CreateTime": 1790000001,
        "MsgType": kind,
        **changes,
    }
    return build([*values.items(), *extra])  # type: ignore[list-item]


def items(number: int, **changes: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Articles."""
    article = {"Title": "题", "Description": "述", "PicUrl": "", "Url": "http://x", **changes}
    return [("item", list(article.items())) for _ in range(number)]


@pytest.mark.parametrize("body", [b"", b"success"])
@pytest.mark.parametrize("mode", list(Mode))
def test_silence_is_accepted_in_clear_text(body: bytes, mode: Mode) -> None:
    """Zero bytes or `success`, in every mode."""
    assert CHECK.check(body, replace(EXPECTED, mode=mode)).outcome is Outcome.QUIET


@pytest.mark.parametrize(
    ("xml", "kind"),
    [
        (reply("text", ("Content", "好")), "text"),
        (reply("image", ("Image", [("MediaId", "good-image")])), "image"),
        (reply("voice", ("Voice", [("MediaId", "good-voice")])), "voice"),
        (reply("video", ("Video", [("MediaId", "good-video"), ("Title", "t")])), "video"),
        (reply("music", ("Music", [("ThumbMediaId", "good-thumb")])), "music"),
        (reply("news", ("ArticleCount", 1), ("Articles", items(1))), "news"),
        (reply("transfer_customer_service"), "transfer_customer_service"),
    ],
    ids=lambda value: value if len(value) < 30 else "xml",
)
def test_every_reply_kind_is_accepted(xml: str, kind: str) -> None:
    """Encrypted, signed, complete."""
    verdict = CHECK.check(sealed(xml), EXPECTED)
    assert (verdict.outcome, verdict.kind) == (Outcome.REPLIED, kind)


DEFECTS: list[tuple[Callable[[], bytes], str]] = [
    (lambda: b"SUCCESS", "well-formed"),
    (lambda: b"success\n", "well-formed"),
    (lambda: b'{"msg":1}', "well-formed"),
    (lambda: b"<html></html>", "html"),
    (lambda: reply("text", ("Content", "好")).encode(), "必须加密"),
    (lambda: sealed("success"), "well-formed"),
    (lambda: sealed(reply("text", ("Content", "好")), signature="0" * 40), "MsgSignature"),
    (lambda: sealed(reply("text", ("Content", "好")), app_id="wx0"), "app id"),
    (lambda: sealed(reply("text", ("Content", "好"), ToUserName="o2")), "ToUserName"),
    (lambda: sealed(reply("text", ("Content", "好"), FromUserName="gh_2")), "FromUserName"),
    (lambda: sealed(reply("text", ("Content", "好"), CreateTime="now")), "CreateTime"),
    (lambda: sealed(reply("text", ("Content", "好" * 22))), "64 字节"),
    (lambda: sealed(reply("text", ("Content", " "))), "为空"),
    (lambda: sealed(reply("text")), "为空"),
    (lambda: sealed(reply("text", ("Content", "a"), ("Content", "b"))), "2 times"),
    (lambda: sealed(reply("poem", ("Content", "a"))), "MsgType"),
    (lambda: sealed(reply("image", ("Image", [("MediaId", "old")]))), "MediaId"),
    (lambda: sealed(reply("music", ("Music", [("ThumbMediaId", "old")]))), "Thumb"),
    (lambda: sealed(reply("news", ("ArticleCount", 2), ("Articles", items(1)))), "条数"),
    (lambda: sealed(reply("news", ("ArticleCount", 0), ("Articles", []))), "条数"),
    (lambda: sealed(reply("news", ("ArticleCount", 9), ("Articles", items(9)))), "条数"),
    (
        lambda: sealed(reply("news", ("ArticleCount", 1), ("Articles", items(1, Title="")))),
        "Title",
    ),
    (lambda: sealed("<xml>\x01</xml>"), "well-formed"),
    (lambda: b"<xml>" + b" " * 600_000 + b"</xml>", "过大"),
]


@pytest.mark.parametrize(
    ("make", "reason"), DEFECTS, ids=[f"{n}-{why}" for n, (_, why) in enumerate(DEFECTS)]
)
def test_every_defect_is_a_fault_in_strict_mode(make: Callable[[], bytes], reason: str) -> None:
    """With a reason that helps to mend it."""
    verdict = CHECK.check(make(), EXPECTED)
    assert verdict.outcome is Outcome.FAULT
    assert reason in "；".join(verdict.problems)


def test_lenient_mode_shows_what_can_be_read() -> None:
    """The defects are kept."""
    verdict = LENIENT.check(sealed(reply("text", ("Content", "好" * 22))), EXPECTED)
    assert verdict.outcome is Outcome.REPLIED
    assert verdict.problems
    assert LENIENT.check(b"nonsense", EXPECTED).outcome is Outcome.FAULT


def test_articles_are_cut_to_one_after_a_message_only() -> None:
    """Surplus is cut, not refused; events may have eight."""
    body = sealed(reply("news", ("ArticleCount", 3), ("Articles", items(3))))
    after_message = CHECK.check(body, EXPECTED).content or {}
    after_event = CHECK.check(body, replace(EXPECTED, is_message=False)).content or {}
    assert (len(after_message["articles"]), after_message["cut"]) == (1, 2)
    assert (len(after_event["articles"]), after_event["cut"]) == (3, 0)


def test_encryption_must_fit_the_mode() -> None:
    """Plain mode takes no envelope, compatible mode takes either."""
    plain = reply("text", ("Content", "好"))
    compatible = replace(EXPECTED, mode=Mode.COMPATIBLE)
    plaintext = replace(EXPECTED, mode=Mode.PLAINTEXT)
    assert CHECK.check(plain.encode(), compatible).outcome is Outcome.REPLIED
    assert CHECK.check(sealed(plain), compatible).outcome is Outcome.REPLIED
    assert CHECK.check(plain.encode(), plaintext).outcome is Outcome.REPLIED
    assert CHECK.check(sealed(plain), plaintext).outcome is Outcome.FAULT


def test_a_reply_may_use_the_previous_key() -> None:
    """During the overlap after a rotation."""
    old = AccountSettings(aes_key="Z" * 43)
    body = sealed(reply("text", ("Content", "好")), account=old)
    both = replace(EXPECTED, aes_keys=(ACCOUNT.aes_key, "Z" * 43))
    assert CHECK.check(body, both).outcome is Outcome.REPLIED
    assert CHECK.check(body, EXPECTED).outcome is Outcome.FAULT
    assert CHECK.check(body, replace(EXPECTED, aes_keys=())).outcome is Outcome.FAULT
