"""Layers win field by field, nation outermost."""

from datetime import date

import pytest

from bot.domain.errors import PackError
from bot.packs import loader
from bot.packs.check import STALE_DAYS, check_content, coverage, standing
from bot.packs.loader import PackStore
from tests.packs.conftest import CARD


def lines(store: PackStore, field: str, slug: str = "town") -> tuple[str, ...]:
    return store.get(slug).card("services.permit").lines(field)


def test_the_deeper_layer_wins_field_by_field(write, card):
    """What it does not say stays as the layer beneath says it."""
    write("nation", level="nation", answers__services=card("answer: 全国。", "papers: [身份证]"))
    store = write("town", "nation", answers__services=card("answer: 本地。"))

    assert lines(store, "answer") == ("本地。",)
    assert lines(store, "papers") == ("身份证",)


def test_each_fact_keeps_the_passport_of_the_layer_that_states_it(write, card):
    """Whose word it is."""
    write("nation", level="nation", answers__services=card("answer: 全国。", "papers: [身份证]"))
    facts = write("town", "nation", answers__services=card("answer: 本地。")).get("town")

    found = facts.card("services.permit").facts
    assert (found["answer"].passport.pack, found["papers"].passport.pack) == ("town", "nation")


def test_a_field_with_a_plus_is_appended(write, card):
    """To what the layers below say, or alone."""
    write("nation", level="nation", answers__services=card("papers: [身份证]"))
    store = write("town", "nation", answers__services=card("+papers: [照片]", "+where: 三号窗"))

    assert lines(store, "papers") == ("身份证", "照片")
    assert lines(store, "where") == ("三号窗",)


def test_a_field_left_out_or_null_or_blank_changes_nothing(write, card):
    """Null is unknown, not empty."""
    write("nation", level="nation", answers__services=card("where: 派出所"))
    store = write("town", "nation", answers__services=card("where: null", 'when: "  "'))

    assert lines(store, "where") == ("派出所",)
    assert lines(store, "when") == ()


def test_what_is_unknown_is_inherited_until_somebody_knows_it(write, card):
    """A fact ends its own gap."""
    write(
        "nation",
        level="nation",
        answers__services=card("answer: 能。", "unknown: {where: 派出所, when: 社区}"),
    )
    store = write("town", "nation", answers__services=card("where: 三号窗"))

    assert store.get("town").card("services.permit").unknown == {"when": "社区"}


def test_an_empty_unknown_clears_what_was_inherited(write, card):
    """``unknown: {}`` says that nothing is missing here."""
    write("nation", level="nation", answers__services=card("unknown: {when: 社区}"))
    store = write("town", "nation", answers__services=card("answer: 能。", "unknown: {}"))

    assert store.get("town").card("services.permit").unknown == {}


def test_an_ended_rule_is_inherited(write, card):
    """A dead rule is dead in every community."""
    write("nation", level="nation", answers__services=card("ended: {note: 停了, now: 带身份证}"))
    store = write("town", "nation", answers__services=card("where: 三号窗"))

    assert store.get("town").card("services.permit").ended.now == "带身份证"


def test_entries_with_the_same_id_are_replaced_whole(write):
    """Half of an old address is no address."""
    place = "- id: place-1\n  name: {name}\n{more}  source: 某处\n  as_of: 2026-11-01\n"
    write("nation", level="nation", directory__place=place.format(name="旧", more="  phone: '1'\n"))
    pack = write("town", "nation", directory__place=place.format(name="新", more="")).get("town")

    (entry,) = pack.entries("place")
    assert (entry.name, entry.phone) == ("新", "")


def test_entries_are_found_by_kind_and_sort(write):
    """All of a kind, or only some sorts of it."""
    rows = "".join(
        f"- {{id: {name}, name: 站, sort: {sort}, source: 某处, as_of: 2026-11-01, floor: [1楼, 2楼]}}\n"
        for name, sort in (("aa", "station"), ("bb", "library"))
    )
    pack = write("town", directory__place=rows).get("town")

    assert [entry.id for entry in pack.entries("place")] == ["aa", "bb"]
    assert [entry.id for entry in pack.entries("place", "library")] == ["bb"]
    assert pack.entries("duty") == ()
    assert pack.entries("place")[0].extra == {"floor": "1楼、2楼"}


def test_how_a_person_is_reached_is_merged_too(write, tmp_path):
    """A community without a phone of its own falls back to what lies beneath."""
    write("nation", level="nation")
    store = write("town", "nation")
    for slug, human in (
        ("nation", "{who: 热线, phone: '12345'}"),
        ("town", "{who: 社区, phone: null}"),
    ):
        file = tmp_path / slug / "pack.yaml"
        file.write_text(file.read_text(encoding="utf-8") + f"human: {human}\n", encoding="utf-8")

    assert store.get("town").human == {"who": "社区", "phone": "12345"}


def test_an_unknown_pack_is_named_with_those_there_are(write):
    """A slip of the pen is seen at once."""
    with pytest.raises(PackError, match=r"no pack 'twon'; there are: town"):
        write("town").get("twon")


def test_a_layer_that_is_missing_is_an_error_of_the_community(write):
    """``extends`` names real packs."""
    with pytest.raises(PackError, match="no pack 'nation'"):
        write("town", "nation").get("town")


def test_a_folder_without_packs_is_refused(tmp_path):
    """Nothing to serve."""
    with pytest.raises(PackError, match="expected at least one"):
        PackStore(tmp_path)


def test_only_so_many_communities_are_kept_and_the_least_used_goes_first(write, monkeypatch):
    """Memory does not grow with the number of communities."""
    monkeypatch.setattr(loader, "MAX_VIEWS", 2)
    for slug in ("aa", "bb", "cc"):
        store = write(slug)

    first = store.get("aa")
    store.get("bb")
    assert store.get("aa") is first
    store.get("cc")
    assert list(store._views) == ["aa", "cc"]


# --- what a check finds ---


def checked(store: PackStore, folder, today: date):
    (folder / "vocabulary.yaml").write_text("commands: {}\nfields: {}\n", encoding="utf-8")
    group = folder / "services"
    group.mkdir(exist_ok=True)
    phrases = "".join(f"    - 办证办法{n}\n" for n in range(12))
    text = f"services.permit:\n  ask: 办证\n  phrases:\n   plain:\n{phrases}"
    (group / "phrases.yaml").write_text(text, encoding="utf-8")
    return check_content(store, [group], today)


@pytest.fixture
def groups(tmp_path):
    folder = tmp_path / "groups"
    folder.mkdir()
    return folder


def test_a_fact_past_its_review_is_stale(write, card, groups):
    """On the day itself it is still good."""
    store = write("town", answers__services=card("review_by: 2026-11-24", "answer: 能。"))

    assert checked(store, groups, date(2026, 11, 24)).stale == []
    (line,) = checked(store, groups, date(2026, 11, 25)).stale
    assert line.startswith("town: services.permit: review was due on 2026-11-24")


def test_a_fact_nobody_looked_at_for_long_is_stale(write, card, groups):
    """Where no date says otherwise."""
    store = write("town", answers__services=card("answer: 能。"))
    last = date.fromordinal(date(2026, 11, 1).toordinal() + STALE_DAYS)

    assert checked(store, groups, last).stale == []
    assert "more than" in checked(store, groups, date.fromordinal(last.toordinal() + 1)).stale[0]


def test_a_rule_that_ran_out_must_be_marked(write, card, groups):
    """Marked expired it is answered for reference only, and that is right."""
    until = "to: 2026-10-31"
    store = write("town", answers__services=card(f"effective: {{{until}}}", "answer: 能。"))
    marked = f"effective: {{{until}, status: expired}}"

    assert "ran out on 2026-10-31" in checked(store, groups, date(2026, 11, 24)).stale[0]
    store = write("town", answers__services=card(marked, "answer: 能。"))
    assert checked(store, groups, date(2026, 11, 24)).stale == []


def test_a_stale_entry_is_found_too(write, groups):
    """Places move."""
    entry = "- {id: aa, name: 站, source: 某处, as_of: 2026-11-01, review_by: 2026-11-02}\n"
    store = write("town", directory__place=entry)

    assert checked(store, groups, date(2026, 11, 24)).stale[0].startswith("town: place/aa: review")


def test_a_place_an_entry_names_must_exist(write, groups):
    """An id that leads nowhere is worth a look."""
    duty = "- {id: aa, name: 值班, place: nowhere, source: 某处, as_of: 2026-11-01}\n"
    report = checked(write("town", directory__duty=duty), groups, date(2026, 11, 24))

    assert report.warnings == ["town: duty/aa.place: no place 'nowhere'"]
    assert report.errors == []


def test_long_answers_and_long_lists_are_warnings(write, card, groups):
    """They are read on a phone."""
    text = card(f"answer: {'长' * 61}", f"papers: [{', '.join('一二三四五六七八九十')}]")
    report = checked(write("town", answers__services=text), groups, date(2026, 11, 24))

    assert [line.partition(": services.permit")[2] for line in report.warnings] == [
        ".answer: longer than 60 characters",
        ".papers: more than 9 items",
    ]


def test_coverage_counts_local_general_and_hand_over(write, card):
    """How a community answers each intent."""
    general = card("answer: 全国。") + f"services.center:\n{CARD}  unknown: {{where: 社区}}\n"
    write("nation", level="nation", answers__services=general)
    pack = write("town", "nation", answers__legal=card("answer: 本地。", intent="legal.aid")).get(
        "town"
    )

    assert standing(pack, "legal.aid") == "local"
    assert standing(pack, "services.permit") == "general"
    assert standing(pack, "services.center") == "handover"
    assert standing(pack, "chat.greet") == "general"
    assert coverage(pack, ["legal.aid", "services.permit", "services.center", "jobs.fair"]) == {
        "local": 1,
        "general": 1,
        "handover": 2,
    }


def test_a_report_reads_worst_first_and_ends_with_a_verdict(write, groups):
    """Forty warnings are enough for one page."""
    report = checked(write("town"), groups, date(2026, 11, 24))
    report.errors.append("e")
    report.stale.append("s")
    report.warnings += ["w"] * 45

    text = report.text().splitlines()
    assert text[:3] == ["error: e", "stale: s", "warning: w"]
    assert "warning: and 5 more" in text
    assert text[-1].startswith("failed: 1 errors, 1 stale; packs 1, intents 1")
