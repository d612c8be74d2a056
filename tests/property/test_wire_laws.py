"""WECHAT.md §14.4 (1) and (2): any bytes in, valid XML out."""

import itertools
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.crypto.base import BasePrpCrypto

from bot.bootstrap import House
from bot.channel.wechat.crypto import Envelope, signature
from bot.channel.wechat.parse import parse, read_xml
from bot.channel.wechat.render import MAX_TEXT_BYTES, render_article, render_text
from bot.domain.errors import Unparsable
from bot.domain.replies import Article
from bot.testing import FakeClock, make_settings
from tests.factories import Platform, make_xml

TOKEN, APP_ID = "communitybot", "wx1234567890abcdef"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OURS = Envelope(TOKEN, APP_ID, (AES_KEY,))
SERIAL = itertools.count()
MODES = ("secure", "compatible", "plaintext")
XML_TEXT = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=200)
    | st.sampled_from(["]]>", "]]", ">", "<![CDATA[", "&", "\x00", "\ufffe", "句子。" * 250]),
    max_size=6,
).map("".join)
BODIES = (
    st.binary(max_size=400)
    | st.text(max_size=200).map(lambda text: text.encode(errors="surrogatepass"))
    | st.text(max_size=60).map(
        lambda text: f"<xml><Encrypt>{text}</Encrypt></xml>".encode(errors="replace")
    )
)


@dataclass(frozen=True)
class Door:
    """One house's webhook and the platform before it."""

    client: FlaskClient
    platform: Platform
    mode: str


@pytest.fixture(scope="module")
def doors(
    tmp_path_factory, shared_redis, migrated, packs, speechbook, router
) -> Iterator[dict[str, Door]]:
    """Give a webhook in each mode."""
    with ExitStack() as stack:
        found = {}
        for mode in MODES:
            folder = tmp_path_factory.mktemp(mode)
            shutil.copy(migrated, folder / "nuanlin.db")
            redis = f"unix://{shared_redis}"
            settings = make_settings(folder, BOT_WECHAT_MODE=mode, BOT_REDIS_URL=redis)
            house = House(settings, FakeClock())
            house.packs, house.speechbook, house.router = packs, speechbook, router
            stack.callback(house.close)
            client = house.web_app().test_client()
            found[mode] = Door(client, Platform.of(settings, house.clock), mode)
        yield found


@given(BODIES, st.sampled_from(MODES))
def test_any_body_signed_or_not_is_never_five_hundred(
    doors: dict[str, Door], body: bytes, mode: str
):
    """403, or ``success`` where the signature holds."""
    door = doors[mode]

    signed = door.client.post(door.platform.path(door.platform.query()), data=body)
    assert signed.status_code in ({200} if mode == "plaintext" else {403})
    assert door.client.post("/wechat/default", data=body).status_code == 403


@given(BODIES | st.binary(max_size=60).map(lambda raw: b"<xml>" + raw + b"</xml>"))
def test_any_bytes_under_a_right_seal_are_quietly_accepted(doors: dict[str, Door], inner: bytes):
    """Authentic, but nothing we can read."""
    for mode in ("secure", "compatible"):
        answer = doors[mode].platform.send(doors[mode].client, inner)
        assert (answer.status_code, answer.data) == (200, b"success")


@given(st.dictionaries(
    st.sampled_from(["signature", "msg_signature", "timestamp", "nonce", "echostr", "encrypt_type", "x"]),
    st.text(max_size=30),
))  # fmt: skip
def test_any_parameters_are_never_five_hundred(doors: dict[str, Door], query: dict[str, str]):
    """Nobody guesses a signature."""
    query = {name: text.encode(errors="replace").decode() for name, text in query.items()}
    for door in doors.values():
        assert door.client.get("/wechat/default", query_string=query).status_code == 403
        assert door.client.post("/wechat/default", query_string=query).status_code == 403


@given(XML_TEXT)
def test_any_text_comes_back_as_one_valid_reply(doors: dict[str, Door], text: str):
    """In every mode, to its sender, whatever he wrote."""
    for door in doors.values():
        xml = make_xml(Content=text, FromUserName=f"oLaws{next(SERIAL):023d}")
        if door.mode == "plaintext":
            answer = door.client.post(door.platform.path(door.platform.query()), data=xml.encode())
            fields = {leaf.tag: leaf.text for leaf in ElementTree.fromstring(answer.data)}
        else:
            fields = door.platform.read(door.platform.send(door.client, xml))
        assert (fields["MsgType"], bool(fields["Content"])) == ("text", True)


@given(XML_TEXT)
def test_a_rendered_text_parses_and_reads_as_it_was_written(text: str):
    """One MsgType, one Content; only forbidden characters go, and what is over 2048 bytes."""
    xml, rest = render_text(text, to="oResident", sender="gh_1", created=1)
    root = ElementTree.fromstring(xml)
    allowed = "".join(
        char for char in text if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff")
    )

    assert len(root.findall("MsgType")) == len(root.findall("Content")) == 1
    content = root.findtext("Content") or ""
    assert len(content.encode()) <= MAX_TEXT_BYTES
    assert allowed.startswith(content)
    assert "".join((content + rest).split()) == "".join(allowed.split())
    if len(allowed.encode()) <= MAX_TEXT_BYTES:
        assert content == allowed


@given(XML_TEXT, XML_TEXT)
def test_no_sender_or_title_breaks_out_of_its_element(one: str, other: str):
    """Whatever stands in a name or a title."""
    for xml in (
        render_text("好", to=one, sender=other, created=1)[0],
        render_article(
            Article(title=one, description=other, url=one), to="o", sender="g", created=1
        ),
    ):
        root = ElementTree.fromstring(xml)
        assert len(root.findall("MsgType")) == len(root.findall("ToUserName")) == 1


@given(XML_TEXT)
def test_what_we_render_we_also_read(text: str):
    """parse ∘ render is the identity on what remains."""
    xml, _ = render_text(text, to="oResident", sender="gh_1", created=1)

    found = parse("default", read_xml(xml.encode()))
    assert found.text == (ElementTree.fromstring(xml).findtext("Content") or "").strip()


@given(st.binary(max_size=300))
def test_any_bytes_are_a_document_or_unparsable(body: bytes):
    """One kind of exception, not seven."""
    try:
        leaves = read_xml(body)
    except Unparsable:
        return
    assert isinstance(leaves, dict)


# --- an independent implementation of the envelope ---


class FixedBlocks(BasePrpCrypto):
    """The library's cipher without an app id check of its own."""

    def encrypt(self, text, app_id):
        return self._encrypt(text, app_id)

    def decrypt(self, text, app_id):
        return self._decrypt(text, app_id, Unparsable)


THEIRS = FixedBlocks(WeChatCrypto(TOKEN, AES_KEY, APP_ID).key)
CONTENT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(CONTENT)
def test_we_open_what_the_library_seals(text: str):
    """wechatpy as the platform."""
    sealed = THEIRS.encrypt(text, APP_ID).decode()

    assert OURS.open(sealed).xml.decode() == text


@given(CONTENT)
def test_the_library_opens_what_we_seal(text: str):
    """wechatpy as the platform reading our reply."""
    opened = THEIRS.decrypt(OURS.encrypt(text.encode()), APP_ID)

    assert (opened.decode() if isinstance(opened, bytes) else opened) == text


@given(st.text(min_size=1, max_size=60), st.from_regex(r"[0-9]{1,12}", fullmatch=True))
def test_both_sign_alike(nonce: str, stamp: str):
    """Sorted, joined, SHA-1; a whole round through the library's message class."""
    from wechatpy.utils import WeChatSigner

    nonce = nonce.encode(errors="replace").decode()
    signer = WeChatSigner()
    signer.add_data(TOKEN, stamp, nonce)
    assert signer.signature == signature(TOKEN, stamp, nonce)


@given(CONTENT)
def test_a_sealed_reply_is_opened_by_the_librarys_message_class(text: str):
    """Signature, padding, app id: everything the platform checks."""
    xml = OURS.seal(text, timestamp="1790000000", nonce="n")
    root = ElementTree.fromstring(xml)

    opened = WeChatCrypto(TOKEN, AES_KEY, APP_ID).decrypt_message(
        xml, root.findtext("MsgSignature"), root.findtext("TimeStamp"), root.findtext("Nonce")
    )
    assert (opened.decode() if isinstance(opened, bytes) else opened) == text


@given(st.binary(max_size=400), st.integers(0, 31))
def test_opening_is_the_inverse_of_sealing(xml: bytes, cut: int):
    """And a body that was cut opens nothing."""
    sealed = OURS.encrypt(xml)
    assert OURS.open(sealed).xml == xml

    with pytest.raises(Unparsable):
        OURS.open(sealed[: -1 - cut])
