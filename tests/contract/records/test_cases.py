"""Cases: opened once, numbered apart, found by their own resident alone, empty after erasure."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bot.domain.cases import CaseState, read_number
from bot.domain.errors import StoreError
from bot.domain.replies import Urgency
from bot.records import audit, case_history, case_lists, case_numbers, case_steps, cases, residents
from bot.records.case_steps import Act
from bot.records.cases import Confidentiality
from bot.records.errors import IllegalTransition, NotFound, Rejected
from tests.contract.records.factories import NOW, OTHER_REF, REF, open_case

DAY = timedelta(days=1)
THREADS = 20


def act(key="step", **changes):
    return Act(**{"by": "lina", "at": NOW, "key": key} | changes)


def resident(key="message", **changes):
    return act(key, by="resident", **changes)


def brought_to(db, state, **changes):
    """Open a case and lead it to a state along the shortest way."""
    ways = {
        CaseState.RECEIVED: [],
        CaseState.ACCEPTED: [CaseState.ACCEPTED],
        CaseState.WORKING: [CaseState.ACCEPTED, CaseState.WORKING],
        CaseState.RETURNED: [CaseState.RETURNED],
        CaseState.DONE: [CaseState.DONE],
        CaseState.CLOSED: [CaseState.DONE, CaseState.CLOSED],
        CaseState.REOPENED: [CaseState.DONE, CaseState.REOPENED],
        CaseState.WITHDRAWN: [CaseState.WITHDRAWN],
    }
    found = open_case(db, **changes)
    for step in ways[state]:
        found = case_steps.move(db, found.id, step, act(f"to {step}"))
    return found


# --- opening ---


def test_a_case_is_what_was_left(db):
    """Everything a resident said comes back, and he finds it by its number and in his list."""
    found = open_case(db, lines=[("where", "在哪里", "3栋楼下"), ("what", "怎么了", "灯不亮")])

    assert found.lines == (("where", "在哪里", "3栋楼下"), ("what", "怎么了", "灯不亮"))
    assert (found.title, found.kind, found.state) == ("路灯坏了", "voice.report", "received")
    assert read_number(found.number) == found.number
    assert cases.find(db, found.number, REF) == found == cases.get(db, found.id)
    assert cases.mine(db, REF) == [found]
    (opened,) = case_history.history(db, [found.id])[found.id]
    assert (opened.action, opened.by, opened.state, opened.at) == (
        "opened", "resident", CaseState.RECEIVED, NOW,
    )  # fmt: skip


def test_what_was_said_is_sealed_in_storage(db):
    """Neither title nor words nor what came of it lie on the disk."""
    found = open_case(db, title="灯的事", lines=[("who", "谁", "王小明")])
    case_steps.move(db, found.id, CaseState.DONE, act(note="已经告诉王小明"))
    with db.reading() as session:
        rows = [str(row) for name in ("cases", "case_events")
                for row in session.execute(text(f"SELECT * FROM {name}"))]  # fmt: skip
    assert len(rows) == 3
    assert not [row for row in rows if "王小明" in row or "灯的事" in row or "message-1" in row]


def test_the_same_key_makes_one_case(db):
    """k deliveries or a form sent twice are one case, which the second try gets back as it stands."""
    first = open_case(db)
    case_steps.move(db, first.id, CaseState.ACCEPTED, act())
    again = open_case(db, title="另一个标题")
    assert (again.id, again.number, again.title) == (first.id, first.number, first.title)
    assert again.state is CaseState.ACCEPTED
    assert len(case_history.history(db, [first.id])[first.id]) == 2


def test_nobody_finds_the_case_of_somebody_else(db):
    """A number alone reveals nothing."""
    found = open_case(db)
    assert cases.find(db, found.number, OTHER_REF) is None
    assert cases.mine(db, OTHER_REF) == []


def test_a_case_without_a_name_is_in_nobodys_list(db):
    """Who left it cannot be found out, not even by himself."""
    found = open_case(db, ref=None)
    assert found.anonymous
    assert cases.mine(db, REF) == []
    assert cases.find(db, found.number, REF) is None
    assert [one.id for one in case_lists.list_open(db, None)] == [found.id]


def test_numbers_run_by_community_and_beijing_day(db):
    """A community cannot tell from its numbers how many others there are."""
    evening = NOW.replace(hour=15, minute=59)
    numbers = [
        open_case(db, key="1", now=evening).number,
        open_case(db, key="2", now=evening).number,
        open_case(db, key="3", now=evening, community="fengxin").number,
        open_case(db, key="4", now=evening + timedelta(minutes=1)).number,
    ]
    assert [number[:-1] for number in numbers] == [
        "NL61124001", "NL61124002", "NL61124001", "NL61125001",
    ]  # fmt: skip


def test_twenty_threads_with_keys_of_their_own_never_share_a_number(db):
    """However many arrive at once, each resident can quote a number of his own."""
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda n: open_case(db, key=f"message-{n}"), range(3 * THREADS)))
    assert len({one.number for one in found}) == len({one.id for one in found}) == 3 * THREADS


def test_twenty_threads_with_the_same_key_make_one_case(db):
    """A form sent twenty times at once is one case for all of them."""
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda _: open_case(db), range(THREADS)))
    assert len({(one.id, one.number) for one in found}) == 1
    assert len(case_lists.list_open(db, None)) == 1


def test_a_case_of_a_unit_that_fails_is_not_there(db):
    """What is told to staff and what is on record stand or fall together; the number comes again."""

    def open_and_fail():
        with db.session() as unit:
            open_case(db, unit=unit)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        open_and_fail()
    assert case_lists.list_open(db, None) == []
    assert open_case(db).number.startswith("NL61124001")


@pytest.mark.parametrize("changes", [{"process": "unknown"}, {"title": "长" * 20_001}])
def test_what_no_case_may_be_is_refused(db, changes):
    """A process nobody declared, a body without end."""
    with pytest.raises(Rejected):
        open_case(db, **changes)


def test_own_cases_come_standing_first_then_the_newest(db):
    """Who asks how it goes reads what is still going."""
    over = brought_to(db, CaseState.WITHDRAWN, key="1")
    old, new = open_case(db, key="2"), open_case(db, key="3")
    assert [one.id for one in cases.mine(db, REF)] == [new.id, old.id, over.id]
    assert [one.id for one in cases.mine(db, REF, limit=1)] == [new.id]


# --- steps ---


@pytest.mark.parametrize("process", list(cases.PROCESSES))
@pytest.mark.parametrize("origin", [state for state in CaseState if state is not CaseState.MERGED])
def test_a_case_moves_only_along_its_process(db, process, origin):
    """Every step that is not in the table is refused, and leaves no event."""
    try:
        found = brought_to(db, origin, process=process)
    except IllegalTransition:
        assert process == "letter"
        return
    before = case_history.history(db, [found.id])
    for target in set(CaseState) - cases.PROCESSES[process][origin]:
        with pytest.raises(IllegalTransition):
            case_steps.move(db, found.id, target, act("wrong"))
    assert case_history.history(db, [found.id]) == before
    assert cases.get(db, found.id).state is origin


def test_a_step_sent_twice_is_one_step(db):
    """The same form, or the same message, changes a case once."""
    found = open_case(db)
    for _ in range(2):
        moved = case_steps.move(db, found.id, CaseState.WORKING, act("form-1", note="师傅明天来"))
        case_steps.add_note(db, found.id, resident("message-2", note="在家"))
        case_steps.assign(db, found.id, "wang", act("form-3"))
    assert moved.state is CaseState.WORKING
    told = [(one.action, one.text) for one in case_history.history(db, [found.id])[found.id]]
    assert told == [("opened", ""), ("moved", "师傅明天来"), ("noted", "在家"), ("assigned", "")]


def test_what_came_of_it_and_its_times_are_kept(db):
    """Done with a word to the resident, closed at its time, taken up again without an end."""
    found = open_case(db)
    done = case_steps.move(db, found.id, CaseState.DONE, act("1", note="灯换好了"))
    assert (done.outcome, done.closed_at) == ("灯换好了", None)
    closed = case_steps.move(
        db, found.id, CaseState.CLOSED, act("2", at=NOW + DAY, note="x", internal=True)
    )
    assert (closed.outcome, closed.closed_at) == ("灯换好了", NOW + DAY)
    again = case_steps.reopen(db, found.id, resident("3", at=NOW + 2 * DAY, note="又坏了"))
    assert (again.state, again.closed_at, again.updated_at) == ("reopened", None, NOW + 2 * DAY)


def test_a_case_that_ended_long_ago_is_not_taken_up_again(db):
    """After thirty days it is another matter."""
    found = brought_to(db, CaseState.CLOSED)
    late = NOW + case_steps.REOPEN_WITHIN
    with pytest.raises(IllegalTransition):
        case_steps.reopen(db, found.id, resident(at=late + timedelta(seconds=1)))
    assert case_steps.reopen(db, found.id, resident(at=late)).state is CaseState.REOPENED


def test_an_answer_of_the_resident_brings_a_returned_case_back(db):
    """Staff asked, he answered: it is received again; a note of staff does not do that."""
    found = brought_to(db, CaseState.RETURNED)
    assert case_steps.add_note(db, found.id, act("1", note="x")).state is CaseState.RETURNED
    assert case_steps.add_note(db, found.id, resident(note="3栋")).state is CaseState.RECEIVED


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.WITHDRAWN])
def test_a_case_that_is_over_takes_nothing_more(db, state):
    """Nobody would read it."""
    found = brought_to(db, state)
    with pytest.raises(IllegalTransition):
        case_steps.add_note(db, found.id, resident(note="还有"))
    with pytest.raises(IllegalTransition):
        case_steps.assign(db, found.id, "wang", act("a"))


def test_a_case_is_taken_from_whom_one_saw_it_with(db):
    """Of two who saw that nobody has it one takes it; who sees the other may take it from him."""
    found = open_case(db)
    assert case_steps.take(db, found.id, None, act("1", by="wang")).assignee == "wang"
    with pytest.raises(IllegalTransition):
        case_steps.take(db, found.id, None, act("2", by="lin"))
    assert case_steps.take(db, found.id, None, act("1", by="wang")).assignee == "wang"
    assert case_steps.take(db, found.id, "wang", act("3", by="lin")).assignee == "lin"
    told = [one.by for one in case_history.history(db, [found.id])[found.id]]
    assert told == ["resident", "wang", "lin"]
    with pytest.raises(NotFound):
        case_steps.take(db, 404, None, act())


def test_a_note_says_something_and_not_too_much(db):
    """Neither empty nor endless."""
    found = open_case(db)
    for note in (" ", "长" * 4_001):
        with pytest.raises(Rejected):
            case_steps.add_note(db, found.id, resident(note=note))
    with pytest.raises(NotFound):
        case_steps.add_note(db, 404, resident(note="x"))


def test_a_case_is_rated_once_when_it_is_done(db):
    """Not before, not twice, not with a grade there is none of; a repeated message changes nothing."""
    found = open_case(db)
    with pytest.raises(IllegalTransition):
        case_steps.rate(db, found.id, 5, resident("1"))
    case_steps.move(db, found.id, CaseState.DONE, act())
    for grade in (0, 6):
        with pytest.raises(Rejected):
            case_steps.rate(db, found.id, grade, resident("2"))
    assert case_steps.rate(db, found.id, 4, resident("3")).rating == 4
    assert case_steps.rate(db, found.id, 4, resident("3")).rating == 4
    with pytest.raises(IllegalTransition):
        case_steps.rate(db, found.id, 1, resident("4"))
    assert cases.get(db, found.id).rating == 4


def test_of_twenty_grades_at_once_one_counts(db):
    """The first one stands, whoever else was as fast."""
    found = brought_to(db, CaseState.DONE)

    def grade(n):
        try:
            return case_steps.rate(db, found.id, n % 5 + 1, resident(f"{n}")).rating
        except IllegalTransition:
            return None

    with ThreadPoolExecutor(THREADS) as pool:
        given = [one for one in pool.map(grade, range(THREADS)) if one]
    assert given == [cases.get(db, found.id).rating]


def test_of_twenty_who_accept_at_once_one_succeeds(db):
    """Two members of staff never both believe that it is theirs."""
    found = open_case(db)

    def accept(n):
        try:
            case_steps.move(db, found.id, CaseState.ACCEPTED, act(f"form-{n}", by=f"staff{n}"))
        except IllegalTransition:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(accept, range(THREADS))) == 1
    assert len(case_history.history(db, [found.id])[found.id]) == 2


def test_what_staff_do_is_in_the_audit_and_what_residents_do_is_not(db):
    """Who, what, to which row; never a word of it."""
    found, other = open_case(db), open_case(db, key="2")
    case_steps.assign(db, found.id, "wang", act("1"))
    case_steps.move(db, found.id, CaseState.WORKING, act("2", note="秘密"))
    case_steps.add_note(db, found.id, act("3", note="秘密", internal=True))
    case_steps.add_note(db, found.id, resident("4", note="秘密"))
    case_steps.merge(db, other.id, found.id, act("5"))
    entries = [(one.action, one.subject, one.detail) for one in audit.tail(db)[::-1]]
    assert entries == [
        ("case.assign", f"case:{found.id}", "wang"),
        ("case.move", f"case:{found.id}", "working"),
        ("case.note", f"case:{found.id}", "internal"),
        ("case.merge", f"case:{other.id}", f"into case:{found.id}"),
    ]


def test_what_is_done_closes_by_itself_when_nobody_objects(db):
    """After seven days, once; what somebody wrote to meanwhile waits on."""
    quiet = brought_to(db, CaseState.DONE, key="1")
    lively = brought_to(db, CaseState.DONE, key="2")
    case_steps.add_note(db, lively.id, resident(at=NOW + DAY, note="还没好"))
    week = NOW + case_steps.DONE_LEFT
    assert case_steps.close_done(db, week) == {"closed": 0}
    assert case_steps.close_done(db, week + timedelta(seconds=1)) == {"closed": 1}
    assert case_steps.close_done(db, week + timedelta(seconds=1)) == {"closed": 0}
    assert cases.get(db, quiet.id).state is CaseState.CLOSED
    assert cases.get(db, lively.id).state is CaseState.DONE


# --- the same thing twice ---


def lamp(db, key, **changes):
    place = case_lists.dup_key(db.vault, community="demo", kind="voice.report", place="3 栋 路灯")
    return open_case(db, key=key, dup=place, **changes)


def test_the_same_place_is_found_however_it_is_written(db):
    """Width, blanks and punctuation make no difference; kind and community do."""

    def key(place, **changes):
        where = {"community": "demo", "kind": "voice.report"} | changes
        return case_lists.dup_key(db.vault, **where, place=place)

    assert key("３栋，路灯") == key("3 栋 路灯") != key("4栋路灯")
    assert key("3栋路灯", kind="a.b") != key("3栋路灯") != key("3栋路灯", community="fengxin")
    assert key(" ，") is None


def test_similar_cases_are_those_standing_of_the_same_day(db):
    """A lamp that broke last month is another matter, and so is one that was mended."""
    lamp(db, "old", now=NOW - 30 * DAY)
    mended = lamp(db, "mended")
    case_steps.withdraw(db, mended.id, resident())
    first, second = lamp(db, "1"), lamp(db, "2", ref=OTHER_REF)
    open_case(db, key="elsewhere")
    found = case_lists.similar_open(
        db, community="demo", kind="voice.report", dup=first.dup, since=NOW - DAY
    )
    assert [one.id for one in found] == [first.id, second.id]


def test_a_merged_case_is_carried_out_as_the_other(db):
    """It is over by itself, its number stays with its resident, and chains are flat."""
    first, second, third = lamp(db, "1"), lamp(db, "2"), lamp(db, "3")
    merged = case_steps.merge(db, third.id, second.id, act("m"))
    assert (merged.state, merged.merged_into, merged.closed_at) == ("merged", second.id, NOW)
    assert case_steps.merge(db, third.id, second.id, act("m")) == merged
    case_steps.merge(db, second.id, first.id, act("m"))
    assert cases.get(db, third.id).merged_into == first.id
    assert [one.id for one in case_lists.list_open(db, None)] == [first.id]
    assert cases.states(db, [first.id, third.id]) == {first.id: "received", third.id: "merged"}


def test_only_two_standing_cases_of_one_community_are_merged(db):
    """Not with itself, not across communities, not with what is over."""
    one, other = open_case(db, key="1"), open_case(db, key="2", community="fengxin")
    over = brought_to(db, CaseState.CLOSED, key="3")
    for into in (one, other):
        with pytest.raises(Rejected):
            case_steps.merge(db, one.id, into.id, act())
    for pair in ((one, over), (over, one)):
        with pytest.raises(IllegalTransition):
            case_steps.merge(db, pair[0].id, pair[1].id, act())
    with pytest.raises(IllegalTransition):
        case_steps.move(db, one.id, CaseState.MERGED, act())


def test_two_who_merge_two_cases_into_each_other_leave_one(db):
    """One of them is refused; nobody waits for ever."""
    one, other = lamp(db, "1"), lamp(db, "2")

    def join(pair):
        try:
            case_steps.merge(db, pair[0].id, pair[1].id, act(f"{pair[0].id}"))
        except IllegalTransition:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(join, [(one, other), (other, one)])) == [False, True]
    assert len(case_lists.list_open(db, None)) == 1


# --- lists ---


def test_staff_read_crises_first_then_what_is_due_first(db):
    """Then those without a deadline, the oldest first."""
    for key, changes in {
        "newer": {"now": NOW},
        "older": {"now": NOW - DAY},
        "late": {"due_at": NOW + DAY},
        "later": {"due_at": NOW + 2 * DAY},
        "crisis": {"urgency": Urgency.CRISIS},
    }.items():
        open_case(db, key=key, title=key, **changes)
    order = [one.title for one in case_lists.list_open(db, None)]
    assert order == ["crisis", "late", "later", "older", "newer"]
    second = case_lists.page(db, None, limit=2, offset=2)
    assert [one.title for one in second] == ["later", "older"]


def test_staff_see_only_their_communities_and_what_is_open_to_them(db):
    """Named communities, all, or none; confidential ones for those who may."""
    open_case(db, key="1", community="fengxin", title="a")
    open_case(db, key="2", community="anlong", title="b")
    secret = open_case(
        db, key="3", community="anlong", title="c", confidentiality=Confidentiality.CONFIDENTIAL
    )

    def seen(scope, **changes):
        return {one.title for one in case_lists.list_open(db, scope, **changes)}

    assert seen(["fengxin"]) == {"a"}
    assert seen(None) == {"a", "b"}
    assert seen(["anlong"], confidential=True) == {"b", "c"}
    assert seen([]) == set()
    assert case_lists.numbered(db, None, secret.number) == []
    assert case_lists.numbered(db, ["anlong"], secret.number, confidential=True) == [secret]


def test_a_list_is_sifted_by_state_kind_assignee_and_lateness(db):
    """Each by itself; what is over comes the newest first."""
    one = open_case(db, key="1", title="one", due_at=NOW)
    two = open_case(db, key="2", title="two", kind="voice.wish")
    case_steps.assign(db, two.id, "wang", act("a"))
    for n, key in enumerate(("3", "4")):
        over = open_case(db, key=key, title=key)
        case_steps.withdraw(db, over.id, resident(at=NOW + n * DAY))

    def seen(**changes):
        sieve = case_lists.Sieve(**changes)
        return [found.title for found in case_lists.page(db, None, sieve, limit=10)]

    assert seen() == ["one", "two"]
    assert seen(kind="voice.wish") == seen(assignee="wang") == ["two"]
    assert seen(assignee="") == seen(late_at=NOW + DAY) == ["one"]
    assert seen(states=frozenset({CaseState.WITHDRAWN})) == ["4", "3"]
    assert seen(states=frozenset({CaseState.RECEIVED})) == ["one", "two"]
    assert seen(group="voice") == ["one", "two"]
    assert seen(group="voic") == seen(group="%") == seen(group="legal") == []
    assert cases.get(db, one.id).assignee is None


def test_cases_are_counted_by_kind_and_age(db):
    """How many wait how long, and how many of them too long."""
    for key, days in {"1": 0, "2": 2, "3": 2, "4": 5, "5": 40}.items():
        open_case(db, key=key, now=NOW - days * DAY, due_at=NOW - timedelta(hours=3 - int(key)))
    open_case(db, key="6", kind="voice.wish", community="fengxin")
    brought_to(db, CaseState.CLOSED, key="7")
    brought_to(db, CaseState.DONE, key="8", kind="voice.praise", due_at=NOW - DAY)
    found = {
        (one.kind, one.age.value): (one.count, one.overdue)
        for one in case_lists.waiting(db, None, NOW)
    }
    assert found == {
        ("voice.report", "day"): (1, 1),
        ("voice.report", "three_days"): (2, 1),
        ("voice.report", "week"): (1, 0),
        ("voice.report", "longer"): (1, 0),
        ("voice.wish", "day"): (1, 0),
        ("voice.praise", "day"): (1, 0),  # what is done has been answered
    }
    assert [one.kind for one in case_lists.waiting(db, ["fengxin"], NOW)] == ["voice.wish"]


@pytest.mark.parametrize(
    ("index", "where"),
    [
        ("ix_cases_standing", "community = 'demo' AND closed_at IS NULL ORDER BY created_at"),
        ("ix_cases_community_created_at", "community = 'demo' AND created_at >= '2026-01-01'"),
        ("ix_cases_dup", "dup = 'x' AND dup IS NOT NULL"),
        ("ix_cases_ref", "ref = 'x' AND number = 'y'"),
        ("ix_cases_closed_at", "closed_at < '2026-01-01'"),
        ("ix_cases_state_updated_at", "state = 'done' AND updated_at < '2026-01-01'"),
        ("uq_cases_community_number", "community = 'demo' AND number = 'y'"),
    ],
)
def test_no_list_reads_the_whole_table(db, backend, index, where):
    """Each question of the ledger has an index that serves it."""
    explain = "EXPLAIN QUERY PLAN" if backend == "sqlite" else "EXPLAIN"
    with db.reading() as session:
        if backend == "postgresql":  # it reads an empty table whole, whatever indexes there are
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.execute(text(f"{explain} SELECT * FROM cases WHERE {where}"))
        told = " ".join(str(row) for row in plan)
    if backend == "sqlite":
        assert index in told
    else:  # which of several it takes of an empty table is chance
        assert "Index" in told
        assert "Seq Scan" not in told


def test_what_became_of_the_cases_of_a_month_is_counted(db):
    """Twenty-one disputes, twenty settled, as a ledger counts them; erasure takes none away."""
    for n in range(21):
        found = open_case(db, key=f"{n}", kind="legal.mediation", due_at=NOW + DAY)
        if n < 20:
            case_steps.move(db, found.id, CaseState.DONE, act("1"))
            case_steps.move(db, found.id, CaseState.CLOSED, act("2", at=NOW + (n % 2) * 2 * DAY))
        if n < 3:
            case_steps.rate(db, found.id, 5 - n, resident())
    open_case(db, key="earlier", now=NOW - 40 * DAY)
    open_case(db, key="elsewhere", community="fengxin")
    residents.erase(db, REF, NOW + 3 * DAY)

    span = {"since": NOW - DAY, "until": NOW + DAY}
    settled, left = case_lists.tally(db, ["demo"], **span)

    assert (settled.kind, settled.state, settled.count) == ("legal.mediation", "closed", 20)
    assert (settled.late, settled.rated, settled.stars) == (10, 3, 12)
    assert (left.state, left.count, left.late, left.rated, left.stars) == ("received", 1, 0, 0, 0)
    assert case_lists.tally(db, [], **span) == []
    assert len(case_lists.tally(db, None, **span)) == 3


# --- erasure ---


def test_of_an_erased_residents_case_stays_the_frame(db):
    """Kind, state, times and rating; not a word, no number, no key that leads back to the chat."""
    found = brought_to(db, CaseState.DONE, lines=[("who", "谁", "王小明")], dup="d", due_at=NOW)
    case_steps.rate(db, found.id, 5, resident("r", note="谢谢小李"))
    other = open_case(db, key="other", ref=OTHER_REF)

    residents.erase(db, REF, NOW + DAY)

    left = cases.get(db, found.id)
    assert (left.kind, left.state, left.rating, left.created_at, left.due_at, left.community) == (
        found.kind, CaseState.DONE, 5, NOW, NOW, "demo",
    )  # fmt: skip
    assert (left.ref, left.account, left.title, left.lines, left.outcome, left.dup) == (
        None, "", "", (), None, None,
    )  # fmt: skip
    assert left.number == f"erased:{found.id}"
    assert not left.anonymous
    assert {one.text for one in case_history.history(db, [found.id])[found.id]} == {""}
    assert cases.find(db, found.number, REF) is None
    assert cases.get(db, other.id) == other
    with db.reading() as session:
        keys = session.scalars(select(case_history.CaseEventRow.key)).all()
    assert sum(key.startswith("erased:") for key in keys) == 3


def test_an_erased_case_can_still_be_brought_to_its_end(db):
    """The lamp is dark whoever left the account."""
    found = open_case(db)
    residents.erase(db, REF, NOW)
    assert case_steps.move(db, found.id, CaseState.DONE, act()).state is CaseState.DONE


def test_a_lost_counter_table_opens_nothing(db):
    """A case without a number is none."""
    with db.session() as session:
        session.execute(
            text(f"ALTER TABLE {case_numbers.CaseCounterRow.__tablename__} RENAME TO x")
        )
    with pytest.raises(StoreError):
        open_case(db)
    assert case_lists.list_open(db, None) == []
