"""What ``bot check`` tells the author of a broken file: where, what was expected, an example."""

import pytest

from bot.commands import content
from bot.domain.errors import PackError
from bot.packs.language import read_phrasebook, read_vocabulary, read_words
from bot.packs.loader import read_layer

GOOD = "  source: 某法\n  as_of: 2026-11-01\n"
ENTRY = "name: 站, source: 某处, as_of: 2026-11-01"
TABLE = (
    "id: table\ntitle: 积分表\npurposes: [school]\nas_of: 2026-11-21\n"
    "jurisdiction: {province: 广东省, city: 广州市}\nsources: {S1: {title: 通知}}\n"
)
BROKEN = {
    "passport": (
        {"answers/services": "services.permit:\n  answer: 能。\n"},
        [
            ("answers/services.yaml: services.permit.source: expected this key, it is required; "
            "example: source: FACTS J1；居住证暂行条例"),
            ("answers/services.yaml: services.permit.as_of: expected this key, it is required; "
            "example: as_of: 2026-11-21"),
        ],
    ),
    "date": (
        {"answers/services": "services.permit: {source: 某法, as_of: 去年}\n"},
        [
            ("answers/services.yaml: services.permit.as_of: expected a valid date or datetime, "
            "input is too short, found '去年'; example: as_of: 2026-11-21")
        ],
    ),
    "unknown key": (
        {"answers/services": f"services.permit:\n{GOOD}  paper: 身份证\n"},
        ["answers/services.yaml: services.permit.paper: expected no such key (see docs/content.md)"],
    ),
    "unknown appended key": (
        {"answers/services": f"services.permit:\n{GOOD}  +paper: 身份证\n"},
        ["answers/services.yaml: services.permit.+paper: expected no such key (see docs/content.md)"],
    ),
    "confidence": (
        {"answers/services": f"services.permit:\n{GOOD}  confidence: sure\n"},
        [
            ("answers/services.yaml: services.permit.confidence: expected 'high', 'medium' or 'low', "
            "found 'sure'; example: confidence: high")
        ],
    ),
    "other group": (
        {"answers/services": f"legal.aid:\n{GOOD}"},
        ["answers/services.yaml: legal.aid: expected an id of group 'services', or another file"],
    ),
    "no mapping": (
        {"answers/services": "- services.permit\n"},
        [
            ("answers/services.yaml: expected intent ids with their cards; "
            "example: {legal.aid: {...}}")
        ],
    ),
    "yaml": (
        {"answers/services": "services.permit:\n  answer: [能\n"},
        [
            ("answers/services.yaml: line 3 column 1: not valid YAML: "
            "did not find expected ',' or ']'")
        ],
    ),
    "twice": (
        {"answers/services": f"services.permit:\n{GOOD}services.permit:\n{GOOD}"},
        [
            ("answers/services.yaml: line 4 column 1: not valid YAML: "
            "the key 'services.permit' stands there twice")
        ],
    ),
    "opening times": (
        {"directory/place": f"- {{id: aa, {ENTRY}, open: {{mon: ['8-22']}}}}\n"},
        [
            ("directory/place.yaml: [0].open.mon.0: expected String should match pattern "
            "'^([01]\\d|2[0-3]):[0-5]\\d-(([01]\\d|2[0-3]):[0-5]\\d|24:00)$', found '8-22'; "
            'example: open: {daily: ["08:00-22:00"]}')
        ],
    ),
    "rule": (
        {"directory/duty": f"- {{id: aa, {ENTRY}, rrule: 每周一}}\n"},
        [
            ("directory/duty.yaml: [0].rrule: expected String should match pattern "
            "'^$|^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;[A-Z]+=[-+,A-Z0-9]+)*$', found '每周一'; "
            "example: rrule: FREQ=MONTHLY;BYDAY=2SA")
        ],
    ),
    "latitude": (
        {"directory/place": f"- {{id: aa, {ENTRY}, lat: 113.5}}\n"},
        [
            ("directory/place.yaml: [0].lat: expected less than or equal to 90, found 113.5; "
            "example: lat: 23.1301")
        ],
    ),
    "same id": (
        {"directory/place": f"- {{id: aa, {ENTRY}}}\n- {{id: aa, {ENTRY}}}\n"},
        ["directory/place.yaml: [1].id: expected an id used once, 'aa' is taken"],
    ),
    "no list": (
        {"directory/place": "aa: {name: 站}\n"},
        [
            ("directory/place.yaml: expected a list of entries; "
            "example: - {id: station-1, name: ...}")
        ],
    ),
    "table": (
        {"points/school": "title: 积分表\nas_of: 2026-11-21\nsources: {S1: {title: 通知}}\n"},
        [
            "points/school.yaml: id: expected this key, it is required; example: id: demo-station-1",
            ("points/school.yaml: jurisdiction: expected this key, it is required; "
            "example: jurisdiction: {province: 广东省, city: 广州市, district: null}"),
            ("points/school.yaml: purposes: expected this key, it is required; "
            "example: purposes: [school, hukou, housing]"),
        ],
    ),
    "points of a table": (
        {"points/school": TABLE + "indicators:\n  - {id: blood, label: 献血, input: {type: count}, points: {per_unit: 2, fixed: 5}}\n"},
        [
            ("points/school.yaml: indicators.0.points: expected one of per_unit, first, fixed, "
            "shared, choices, age_table; example: - {id: blood, label: 献血, input: {type: count}, "
            "points: {per_unit: 2}}")
        ],
    ),
    "ids of a table": (
        {"points/school": TABLE + "exclusive_groups:\n  - {id: home, members: [owned, rented], rule: max}\n"},
        ["points/school.yaml: expected ids of indicators of this table, not owned, rented"],
    ),
    "slug": (
        {"pack": "slug: other\ntitle: 镇\nlevel: community\nowner: 编辑\n"},
        ["pack.yaml: slug: expected 'town', the folder's name"],
    ),
    "level": (
        {"pack": "slug: town\ntitle: 镇\nlevel: village\nowner: 编辑\n"},
        [
            ("pack.yaml: level: expected 'nation', 'province', 'city', 'district' or 'community', "
            "found 'village'; example: level: district")
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_names_file_key_expectation_and_example(name: str, write, tmp_path):
    """One line a problem, and all problems of a folder at once."""
    files, expected = BROKEN[name]
    write("town", **{path.replace("/", "__"): text for path, text in files.items()})

    with pytest.raises(PackError) as found:
        read_layer(tmp_path / "town")
    assert [line.replace(f"{tmp_path}/town/", "") for line in found.value.problems] == expected


def test_all_problems_of_a_folder_are_told_at_once(write, tmp_path):
    """Nobody mends one line to be told of the next."""
    write("town", answers__services="a.b: {}\n", directory__place="x: 1\n", points__p="title: 表\n")

    with pytest.raises(PackError) as found:
        read_layer(tmp_path / "town")
    assert len(found.value.problems) == 7


PHRASES = {
    "list": ("- 办证\n", "expected intent ids with their phrases, see docs/content.md"),
    "no ask": (
        "services.permit: {phrases: {plain: [办证]}}\n",
        "services.permit.ask: expected this key, it is required; example: ask: 办居住证",
    ),
    "style": (
        "services.permit: {ask: 办证, phrases: {rude: [办证]}}\n",
        (
            "services.permit.phrases.rude.[key]: expected 'plain', 'indirect', 'story', 'short', "
            "'colloquial', 'dialect', 'typo', 'voice', 'nonnative', 'traditional' or 'english', found "
            "'rude'; example: phrases: {plain: [怎么办居住证]}"
        ),
    ),
    "group": (
        "legal.aid: {ask: 援助, phrases: {plain: [援助]}}\n",
        "legal.aid: expected an id of group 'services'; example: services.name",
    ),
    "score": (
        "services.permit: {ask: 办证, phrases: {plain: [办证]}, rules: [{all: [证], score: 2}]}\n",
        (
            "services.permit.rules.0.score: expected less than or equal to 1, found 2; "
            'example: - {all: ["居住证", "怎么办|办理"], none: ["签注"]}'
        ),
    ),
}


@pytest.mark.parametrize("name", PHRASES)
def test_a_broken_phrase_file_is_told_the_same_way(name: str, tmp_path):
    """Capability authors get the same courtesy."""
    text, expected = PHRASES[name]
    folder = tmp_path / "services"
    folder.mkdir()
    (folder / "phrases.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(PackError) as found:
        read_phrasebook([folder], None)
    assert found.value.problems == [f"{folder}/phrases.yaml: {expected}"]


def test_missing_files_of_a_capability_are_named(tmp_path):
    """Phrases, replies, vocabulary."""
    with pytest.raises(PackError, match=r"phrases\.yaml: expected this file"):
        read_phrasebook([tmp_path], None)
    with pytest.raises(PackError, match=r"replies\.yaml: expected a mapping"):
        read_words([tmp_path], "chat", {})
    with pytest.raises(PackError, match="expected the keys commands and fields"):
        read_vocabulary(tmp_path / "vocabulary.yaml")


def check(*arguments, strict=False):
    """Run the command itself."""
    from bot.cli import main

    return main(["check", *(["--strict"] if strict else []), *map(str, arguments)])


def test_the_command_fails_on_a_broken_pack_and_prints_where(write, card, tmp_path, capsys):
    """Exit code 1 for CI, one line a problem."""
    write("town", answers__services=card("paper: 身份证"))

    assert check(tmp_path / "town") == 1
    printed = capsys.readouterr().out
    assert (
        f"error: {tmp_path}/town/answers/services.yaml: services.permit.paper: "
        "expected no such key (see docs/content.md)" in printed
    )
    assert printed.splitlines()[-1].startswith("failed: 1 errors")


def test_a_stale_fact_fails_only_the_strict_check(write, tmp_path, capsys):
    """Staleness is news, not a mistake."""
    card = "services.residence_permit: {source: 某法, as_of: 2020-01-01, review_by: 2020-06-01}\n"
    write("town", answers__services=card)

    assert check(tmp_path / "town") == 0
    assert check(tmp_path / "town", strict=True) == 1
    assert "stale: town: services.residence_permit: review was due" in capsys.readouterr().out


def test_a_path_that_is_no_pack_is_one_line_on_stderr(tmp_path, capsys):
    """Never a traceback for a user's mistake."""
    assert check(tmp_path / "nowhere") == 1
    assert check(tmp_path) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all("expected a pack" in line for line in lines)


def test_the_repository_passes_the_strict_check(monkeypatch, capsys):
    """Checked as of the day of this release, so that time alone never breaks a build."""
    from datetime import UTC, datetime

    from bot.testing import FakeClock

    monkeypatch.setattr(
        content, "SystemClock", lambda: FakeClock(datetime(2026, 11, 24, tzinfo=UTC))
    )

    assert check(strict=True) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("ok: 0 errors, 0 stale")


def test_the_check_fails_on_content_near_a_measuring_file(write, tmp_path, capsys):
    """One error a line of content; a file that cannot be read is one, and hides nothing else."""
    write("town")
    near, missing = tmp_path / "near.jsonl", tmp_path / "missing.jsonl"
    near.write_text('{"text": "星期六社区服务中心有没有人上班"}\n', encoding="utf-8")

    assert check(tmp_path / "town", "--apart", near) == 1
    printed = capsys.readouterr().out
    assert "near a sentence of near.jsonl (星期六社区服…" in printed
    assert "failed: 1 errors" in printed
    assert check(tmp_path / "town", "--apart", missing) == 1
    printed = capsys.readouterr().out
    assert f"error: {missing}: no such file" in printed
    assert "intents 101" in printed


def test_the_check_lists_rules_that_stray_on_request(write, tmp_path, capsys):
    """It is a report, no failure."""
    write("town")

    assert check(tmp_path / "town", "--overmatch") == 0
    assert "over-match: " in capsys.readouterr().out
