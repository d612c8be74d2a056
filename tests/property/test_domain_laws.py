"""Laws of the pure parts, on whatever text Hypothesis can think of."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cards import BODY_CHARS, FIELDS, PIECE_CHARS, tell
from bot.domain.directory import metres, nearest
from bot.domain.messages import message_key
from bot.domain.replies import MAX_REPLY_CHARS, Choice, Reply, spoken
from bot.domain.sessions import Session, dump, load
from bot.domain.text import fit, fit_bytes, pieces
from tests.factories import make_card, make_entry, make_passport

CJK = st.text(alphabet="一二三，。！\n ab😀", max_size=120)
TEXTS = st.text(max_size=300) | CJK
CLEAN = st.text(st.characters(exclude_categories=["Cs"]), max_size=300) | CJK
LABELS = {name: name for name in FIELDS} | {
    "checked": "核对", "lapsed": "到{to}", "unclear": "?", "ended": "停", "unknown": "{what}问{who}",
}  # fmt: skip


def squeezed(text: str) -> str:
    """Return a text without its blanks."""
    return "".join(text.split())


@given(TEXTS, st.integers(-5, 200))
def test_fit_returns_a_beginning_within_the_limit(text: str, limit: int):
    """Never longer, never something else."""
    head = fit(text, limit)

    assert len(head) <= max(0, limit)
    assert text.startswith(head)
    if len(text) <= limit:
        assert head == text


@given(CLEAN, st.integers(0, 400))
def test_fit_bytes_splits_without_loss(text: str, limit: int):
    """Only blanks at the cut may go."""
    head, rest = fit_bytes(text, limit)

    assert len(head.encode()) <= limit
    assert text.startswith(head)
    assert squeezed(head + rest) == squeezed(text)


@given(st.lists(TEXTS, max_size=8), st.integers(1, 120))
def test_pieces_keep_every_word_in_order_and_within_the_limit(paragraphs: list[str], limit: int):
    """What is told on request is the whole rest."""
    found = pieces(paragraphs, limit)

    assert all(0 < len(piece) <= limit for piece in found)
    assert squeezed("".join(found)) == squeezed("".join(paragraphs))


@given(
    st.dictionaries(
        st.sampled_from(FIELDS), st.lists(CJK.filter(str.strip), min_size=1, max_size=5)
    ),
    st.sampled_from(["", *FIELDS[:-1]]),
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["", "社区"])),
)
def test_a_card_is_told_within_its_limits_and_without_loss(
    fields: dict[str, list[str]], focus: str, unknown: dict[str, str]
):
    """The first reply is short, each piece readable, and every line stands in one of them."""
    card = make_card(unknown=unknown, **fields)
    told = tell(card, labels=LABELS, today=date(2026, 11, 24), focus=focus, who="人")

    longest = max(
        (sum(len(line) + 3 for line in lines) + 12 for lines in fields.values()), default=0
    )
    assert len(told.text) <= max(BODY_CHARS, 2 * longest + 40)
    assert all(len(piece) <= PIECE_CHARS for piece in told.rest)
    everything = squeezed(told.text + "".join(told.rest))
    assert all(squeezed(line) in everything for lines in fields.values() for line in lines)


@given(
    CLEAN,
    st.lists(st.text(min_size=1, max_size=12), max_size=5),
    st.text(max_size=70),
)
def test_a_reply_never_exceeds_what_a_person_reads(text: str, labels: list[str], passport: str):
    """Six hundred characters, choices and passport included."""
    choices = tuple(Choice(label=label, target="x") for label in labels)
    reply = Reply(text=text * 5, choices=choices, passport=passport)

    assert len(spoken(reply, choose="回复：")) <= MAX_REPLY_CHARS


SESSIONS = st.builds(
    Session,
    community=st.text(max_size=20),
    language=st.sampled_from(["", "zh-Hant"]),
    topic=st.text(max_size=30),
    choices=st.lists(
        st.builds(Choice, label=CLEAN, target=st.text(max_size=30)), max_size=5
    ).map(tuple),
    rest=st.lists(CLEAN, max_size=4).map(tuple),
    touched_s=st.integers(0, 2**40),
    known=st.none() | st.booleans(),
    misses=st.integers(0, 9),
)  # fmt: skip


@given(SESSIONS)
def test_a_session_survives_the_store(session: Session):
    """Out and back in."""
    assert load(dump(session)) == session


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("cltorskm"), inner),
    max_leaves=12,
)


@given(st.binary(max_size=200) | st.text(max_size=200) | JSON.map(json.dumps))
def test_no_stored_bytes_break_a_conversation(stored: bytes | str):
    """Whatever was written there is a session, and can be written again."""
    found = load(stored)

    assert load(dump(found)) == found


POINTS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(st.lists(POINTS | st.none(), max_size=12), POINTS, st.integers(0, 12))
def test_the_nearest_are_sorted_and_nearer_than_the_rest(points, here, limit: int):
    """Nobody is sent past a nearer place."""
    entries = [
        make_entry(id=f"p{n}", **({"latitude": point[0], "longitude": point[1]} if point else {}))
        for n, point in enumerate(points)
    ]
    found = nearest(entries, *here, limit=limit)
    shown = [distance for distance, _ in found]
    placed = [point for point in points if point]

    assert shown == sorted(shown)
    assert len(found) == min(limit, len(placed))
    left_out = sorted(metres(*here, *point) for point in placed)[len(found) :]
    assert all(not shown or distance >= shown[-1] for distance in left_out)


@given(POINTS, POINTS)
def test_a_distance_is_the_same_both_ways_and_never_round_the_world(one, other):
    """At most half the circumference."""
    there, back = metres(*one, *other), metres(*other, *one)

    assert abs(there - back) < 0.01
    assert 0 <= there <= 20_016_000


@given(st.dates(date(2025, 1, 1), date(2028, 1, 1)), st.dates(date(2025, 1, 1), date(2028, 1, 1)))
def test_a_rule_lapses_the_day_after_its_last(last: date, today: date):
    """Inclusive to the end."""
    assert make_passport(valid_to=last).lapsed(today) == (today > last)


WIRE = st.dictionaries(
    st.sampled_from(["FromUserName", "MsgId", "CreateTime", "Event", "EventKey", "Content"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    min_size=1,
)


@given(WIRE, WIRE)
def test_distinct_messages_have_distinct_keys_and_redeliveries_the_same(one, other):
    """Two events of one second differ only in their key."""
    assert message_key("a", one) == message_key("a", dict(reversed(one.items())))
    assert (message_key("a", one) == message_key("a", other)) == (one == other)
