"""What is done to cases: along their process, once, on record; and two that are one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.domain.cases import CaseState
from bot.records import audit, case_history, case_lists, case_steps, cases
from bot.records.errors import IllegalTransition, NotFound, Rejected
from tests.contract.records.factories import (
    NOW,
    OTHER_REF,
    act,
    brought_to,
    open_case,
    resident,
)

DAY = timedelta(days=1)
THREADS = 20


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
