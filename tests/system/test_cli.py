"""The command line as CONTRACT.md has it: shapes, exit codes, one line a mistake, no traceback."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.bootstrap import House
from bot.config import generate, load, package_root
from bot.domain.residents import resident_ref
from bot.records import accounts, residents, staff, unanswered
from bot.records.staff import StaffRole
from bot.records.unanswered import Unsure
from tests.system.deployment import RedisServer
from tests.system.machine import plain_environ

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

COMMAND_S = 90
OPENID = "oCliResident0000000000000001"
ACCOUNT = {
    "gh_id": "gh_cli",
    "app_id": "wxcli0000000000001",
    "app_secret": "cli-app-secret",
    "token": "clitoken",
    "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
}


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Shell:
    """Runs commands in a deployment of its own."""

    folder: Path
    environ: dict[str, str]

    def run(self, *command: str, stdin: str = "") -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *command],
            cwd=package_root(),
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=COMMAND_S,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    def house(self) -> House:
        return House(load(self.environ))


@pytest.fixture(scope="module")
def redis_by_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Give a Redis server for the commands that need one."""
    server = RedisServer(tmp_path_factory.mktemp("cli-redis"))
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory, redis_by_url: RedisServer) -> Shell:
    """Give a migrated deployment whose secrets lie in its folder."""
    folder = tmp_path_factory.mktemp("cli") / "var"
    generate(folder)
    environ = plain_environ(
        BOT_DATA_DIR=str(folder), BOT_REDIS_URL=redis_by_url.url, BOT_LOG_LEVEL="ERROR"
    )
    made = Shell(folder, environ)
    assert made.run("db", "upgrade").code == 0
    return made


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Give an empty folder, without secrets, Redis or database."""
    folder = tmp_path_factory.mktemp("bare")
    return Shell(folder, plain_environ(BOT_DATA_DIR=str(folder)))


def test_route_prints_one_object_a_line_in_order(bare: Shell) -> None:
    """Plain lines and JSON lines mixed; needs no server, no Redis, no secrets."""
    lines = ["居住证咋办", '{"text": "我不想活了", "id": 7}', "哈利波特的魔杖多少钱一根", "{坏的"]

    done = bare.run("route", stdin="\n".join(lines) + "\n\n")

    assert done.code == 0
    rows = done.rows
    assert [row["text"] for row in rows] == [
        "居住证咋办", "我不想活了", "哈利波特的魔杖多少钱一根", "{坏的",
    ]  # fmt: skip
    for row in rows:
        assert {
            "text",
            "decision",
            "intent",
            "intents",
            "score",
            "candidates",
            "safety",
            "slots",
        } < (set(row))
        assert row["decision"] in {"answer", "clarify", "fallback"}
        assert (row["intent"] is not None) == (row["decision"] == "answer")
        assert isinstance(row["score"], float | int)
        assert 0 <= row["score"] <= 1
        assert isinstance(row["ms"], float)
        assert isinstance(row["slots"], dict)
        assert len(row["candidates"]) <= 5
        assert all(set(one) == {"intent", "score"} for one in row["candidates"])
    assert (rows[0]["intent"], rows[0]["safety"]) == ("services.residence_permit", False)
    assert rows[0]["intents"] == ["services.residence_permit"]
    assert (rows[1]["intent"], rows[1]["safety"]) == ("safety.self_harm", True)


def test_route_explains_itself_on_request(bare: Shell) -> None:
    """Every decision says why."""
    done = bare.run("route", "--explain", stdin="居住证咋办\n")

    assert done.rows[0]["explain"]


def test_evaluate_gives_metrics_per_style(bare: Shell, tmp_path: Path) -> None:
    """As a table for people and as JSON for machines; null means out of scope."""
    rows = [
        {"text": "居住证咋办", "intent": "services.residence_permit", "style": "plain"},
        {"text": "工钱不给", "intent": "legal.wages", "also": ["legal.dismissal"], "style": "short"},
        {"text": "帮我写首诗", "intent": None, "kind": "far"},
        {"text": "居住证怎么办，还有律师哪天来",
         "intents": ["services.residence_permit", "legal.duty"]},
    ]  # fmt: skip
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")

    found = json.loads(bare.run("evaluate", str(file), "--json").out)
    table = bare.run("evaluate", str(file))

    assert found["inside"]["n"] == 2
    assert {"top1", "top3"} <= set(found["inside"])
    assert found["style:plain"]["n"] == found["style:short"]["n"] == 1
    assert found["outside"]["n"] == found["outside:far"]["n"] == 1
    assert found["two_asks"]["n"] == 1
    assert isinstance(found["confusions"], list)
    assert table.code == 0
    assert "style:plain" in table.out


def test_ask_prints_what_a_resident_reads(bare: Shell) -> None:
    """One question, one answer, nothing stored."""
    done = bare.run("ask", "居住证咋办")

    assert done.code == 0
    assert "住满半年" in done.out
    assert not list(bare.folder.glob("*.db"))
    assert not (bare.folder / "secrets.env").exists()


def test_ask_answers_for_the_community_named(bare: Shell) -> None:
    """Another community knows other things."""
    assert "佳福" in bare.run("ask", "你是谁", "--community", "jiafu").out


def test_chat_reads_from_a_pipe_and_remembers(shell: Shell) -> None:
    """A whole conversation through claim, session and records, follow-up included."""
    done = shell.run("chat", "--as", "pipe", stdin="居住证咋办\n\n要带什么\n转人工\n")

    assert done.code == 0
    assert "住满半年" in done.out
    assert "照片" in done.out
    assert "留了话" in done.out


def test_check_passes_on_what_is_shipped(bare: Shell) -> None:
    """The repository's own content is valid."""
    assert bare.run("check").code == 0


def test_check_fails_on_a_broken_folder_and_names_the_place(bare: Shell, tmp_path: Path) -> None:
    """Exit 1 with file, key path and expectation."""
    shutil.copytree(package_root() / "data", tmp_path / "data")
    card = tmp_path / "data/demo/answers/services.yaml"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace("as_of:", "as_off:", 1), encoding="utf-8")

    done = bare.run("check", str(tmp_path / "data/demo"))

    assert done.code == 1
    told = done.out + done.err
    assert "services.yaml" in told
    assert "as_o" in told


@pytest.mark.parametrize("name", ["nothing-here", "empty", "torn.yaml"])
def test_check_fails_on_what_is_no_pack(bare: Shell, tmp_path: Path, name: str) -> None:
    """A missing folder, an empty one, a file of another kind."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "torn.yaml").write_text("a: [", encoding="utf-8")

    done = bare.run("check", str(tmp_path / name))

    assert done.code == 1
    assert name in done.out + done.err


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["fly"],
        ["staff"],
        ["staff", "add", "anna"],
        ["staff", "add", "anna", "--role", "king"],
        ["evaluate"],
        ["db", "downgrade"],
        ["privacy", "export"],
        ["route", "--no-such-option"],
        ["account", "put", "x"],
    ],
    ids=lambda command: " ".join(command) or "nothing",
)
def test_wrong_usage_exits_with_two(bare: Shell, command: list[str]) -> None:
    """And says on stderr what was expected."""
    done = bare.run(*command)

    assert done.code == 2
    assert done.err
    assert not done.out


@pytest.mark.parametrize(
    "command",
    [
        ["evaluate", "/no/such/file.jsonl"],
        ["ask", "你好", "--community", "atlantis"],
        ["web"],
        ["worker"],
        ["scheduler"],
        ["db", "upgrade"],
        ["staff", "passwd", "anna"],
    ],
    ids=" ".join,
)
def test_a_mistake_is_told_in_words_and_exits_with_one(bare: Shell, command: list[str]) -> None:
    """Missing files, unknown communities, missing secrets: what and how to mend it."""
    done = bare.run(*command)

    assert done.code == 1
    assert done.err.strip()


def test_bad_rows_for_evaluate_name_file_and_line(bare: Shell, tmp_path: Path) -> None:
    """Whoever wrote the file finds the line."""
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "a", "intent": null}\nnot json\n', encoding="utf-8")

    done = bare.run("evaluate", str(file))

    assert done.code == 1
    assert "rows.jsonl" in done.err
    assert "2" in done.err


def test_db_upgrade_is_safe_to_run_again(shell: Shell) -> None:
    """The second time changes nothing and says where the database is."""
    first, second = shell.run("db", "upgrade"), shell.run("db", "upgrade")

    assert (first.code, second.code) == (0, 0)
    assert first.out == second.out


def test_staff_are_added_once_and_log_in_with_the_new_password(shell: Shell) -> None:
    """The password comes from stdin and is never an argument."""
    added = shell.run(
        "staff",
        "add",
        "anna",
        "--role",
        "caseworker",
        "--community",
        "demo",
        stdin="first-word-1\n",
    )
    again = shell.run("staff", "add", "anna", "--role", "admin", stdin="another-word-1\n")
    changed = shell.run("staff", "passwd", "anna", stdin="second-word-2\n")
    unknown = shell.run("staff", "passwd", "nobody", stdin="second-word-2\n")

    assert (added.code, again.code, changed.code, unknown.code) == (0, 1, 0, 1)
    house = shell.house()
    now = house.clock.now()
    assert staff.authenticate(house.db, "anna", "first-word-1", now) is None
    found = staff.authenticate(house.db, "anna", "second-word-2", now)
    house.close()
    assert found is not None
    assert found.role.value == "caseworker"


def test_staff_of_a_community_that_does_not_exist_are_refused(shell: Shell) -> None:
    """A typing mistake in a slug is told."""
    done = shell.run(
        "staff", "add", "ben", "--role", "viewer", "--community", "atlantis", stdin="word-1-word\n"
    )

    assert done.code == 1
    assert "atlantis" in done.err


def test_an_account_is_put_twice_and_listed_without_secrets(shell: Shell) -> None:
    """Secrets come in as JSON on stdin and never go out."""
    for mode in ("secure", "compatible"):
        done = shell.run(
            "account",
            "put",
            "east",
            "--community",
            "demo",
            "--mode",
            mode,
            stdin=json.dumps(ACCOUNT),
        )
        assert done.code == 0
        assert "/wechat/east" in done.out

    listed = shell.run("account", "list")
    broken = shell.run("account", "put", "west", "--community", "demo", stdin="{}")

    assert "east\tdemo\tcompatible\tactive" in listed.out.splitlines()
    assert not any(ACCOUNT[name] in listed.out for name in ("app_secret", "token", "aes_key"))
    assert broken.code == 1
    assert "gh_id" in broken.err
    house = shell.house()
    found = accounts.get(house.db, "east")
    house.close()
    assert found is not None
    assert found.token == ACCOUNT["token"]


def test_what_was_not_understood_is_listed_attached_and_ignored(shell: Shell) -> None:
    """In text for people and as JSON; nothing is written without a yes, every act has a name."""
    house = shell.house()
    now = house.clock.now()
    staff.add(
        house.db,
        name="teacher",
        password="teacher-long-pass",
        role=StaffRole.EDITOR,
        communities=None,
        now=now,
    )
    messages = [
        Unsure(turn_id=text, at=now, community="demo", text=text, normal=text, decision="fallback")
        for text in ("红烧肉怎么做才不腻", "红烧肉怎么做不腻", "明天会下雨吗")
    ]
    with house.db.session() as session:
        fresh = {message.turn_id for message in messages}
        unanswered.counting(house.db.vault, messages)(session, fresh)
    house.close()

    listed = shell.run("unanswered", "list", "--json")
    shown = json.loads(listed.out)
    first, second = (found["cluster"] for found in shown["clusters"])
    attach = ("unanswered", "attach", str(first), "chat.help", "--by", "teacher")
    declined = shell.run(*attach, stdin="n\n")
    rehearsed = shell.run(*attach, "--json")
    done = shell.run(*attach, "--yes")
    ignored = shell.run("unanswered", "ignore", str(second), "--by", "teacher")
    overlay = shell.run("unanswered", "overlay", "--json")
    replay = shell.run("unanswered", "replay")
    left = shell.run("unanswered", "list")

    assert shown["states"] == {"open": {"wordings": 3, "messages": 3}}
    assert [len(found["wordings"]) for found in shown["clusters"]] == [2, 1]
    assert declined.code == 1
    assert "nothing was written" in declined.out
    assert "红烧肉怎么做不腻: " in declined.out
    plan = json.loads(rehearsed.out)
    assert (rehearsed.code, plan["written"]) == (0, False)
    assert plan["recent"]["changes"][0]["after"] == {"decision": "answer", "intents": ["chat.help"]}
    assert plan["known"]["asked"] > 500
    assert done.code == 0
    assert "added 2 phrases to chat.help" in done.out
    assert "within seconds" in done.out
    assert "ignored 1 wordings" in ignored.out
    phrases = json.loads(overlay.out)["phrases"]
    assert {(one["intent"], one["author"]) for one in phrases} == {("chat.help", "teacher")}
    assert "2 of 3 change" in replay.out
    assert "0 of 0 clusters; attached 2 wordings, 2 messages" in left.out
    assert [done.err, ignored.err, left.err] == ["", "", ""]
    for one in phrases:
        dropped = shell.run("unanswered", "overlay", "--drop", str(one["id"]), "--by", "teacher")
        assert "took back" in dropped.out


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("show", "99999"), "unanswered list"),
        (("attach", "1", "chat.help", "--by", "nobody", "--yes"), "staff add"),
        (("ignore", "99999", "--by", "nobody"), "staff add"),
        (("list", "--community", "atlantis"), "atlantis"),
        (("overlay", "--drop", "1"), "--by NAME"),
    ],
    ids=["no cluster", "no author", "no ignorer", "no community", "nobody takes back"],
)
def test_a_mistake_with_what_was_not_understood_is_one_line(
    shell: Shell, words: tuple[str, ...], hint: str
) -> None:
    """What and how to mend it; exit 1."""
    done = shell.run("unanswered", *words)

    assert done.code == 1
    assert hint in done.err
    assert len(done.err.splitlines()) == 1


def test_train_says_what_it_learned_from(shell: Shell, bare: Shell) -> None:
    """Where nothing was added, and where there are no records to ask: the packs alone."""
    for one in (shell, bare):
        done = one.run("train")
        assert done.code == 0
        assert "the packs alone" in done.out
    assert not (bare.folder / "nuanlin.db").exists()


def test_keys_rotate_and_everything_still_opens(shell: Shell) -> None:
    """A new key seals, the old ones still open, the resident is found."""
    house = shell.house()
    ref = resident_ref(house.pseudonym_key, "default", OPENID)
    now = house.clock.now()
    residents.set_profile(
        house.db, ref=ref, account="default", openid=OPENID, community="demo", now=now
    )
    house.close()
    before = load(shell.environ).data_keys

    done = shell.run("keys", "rotate")

    after = load(shell.environ).data_keys
    house = shell.house()
    opened = residents.openid_of(house.db, ref)
    house.close()
    assert done.code == 0
    assert after[0] not in before
    assert set(before) <= set(after)
    assert opened == OPENID
    assert not any(key in done.out for key in after)


def test_a_resident_is_exported_and_erased(shell: Shell) -> None:
    """What the resident can do in chat, for staff on request; a second erasure is harmless."""
    openid = "oCliResident0000000000000002"
    house = shell.house()
    ref = resident_ref(house.pseudonym_key, "default", openid)
    residents.set_profile(
        house.db,
        ref=ref,
        account="default",
        openid=openid,
        community="jiafu",
        now=house.clock.now(),
    )
    house.close()

    exported = shell.run("privacy", "export", openid)
    erased = shell.run("privacy", "erase", openid)
    again = shell.run("privacy", "erase", openid)
    nothing = shell.run("privacy", "export", openid)

    assert json.loads(exported.out)["community"] == "jiafu"
    assert (erased.code, again.code, nothing.code) == (0, 0, 0)
    assert json.loads(nothing.out) == {}
    house = shell.house()
    assert residents.get(house.db, ref) is None
    house.close()
