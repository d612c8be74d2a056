"""What several processes want at once, exactly one gets."""

import pytest

from bot.records import alerts, migrate
from tests.contract.records import racing
from tests.contract.records.factories import put_message

# eight interpreters have to start first, on whatever machine this is
pytestmark = pytest.mark.timeout(240)

PROCESSES = 8
ROUNDS = 20


def per_round(results):
    """Return, for each round, how many processes succeeded."""
    assert [result for result in results if isinstance(result, str)] == []
    return [sum(votes) for votes in zip(*results, strict=True)]


def test_same_alert_raised_by_eight_processes_is_new_to_one(db, url, data_keys):
    """Staff are alerted once, however many workers saw the message."""
    results = racing.together(racing.raise_same_alert, PROCESSES, url, data_keys, ROUNDS)
    assert per_round(results) == [1] * ROUNDS
    assert len(alerts.list_open(db, None, limit=1_000)) == ROUNDS


def test_same_message_claimed_by_eight_processes_is_started_by_one(db, url, data_keys):
    """A customer message is sent once, however many workers heard of it."""
    results = racing.together(racing.send_same_messages, PROCESSES, url, data_keys, ROUNDS)
    assert per_round(results) == [1] * ROUNDS


def test_lapsed_claim_taken_over_by_eight_processes_is_started_by_one(db, url, data_keys):
    """Even when leases are worthless, only one worker gets to call the platform."""
    ids = [put_message(db, key=f"message-{n}") for n in range(ROUNDS)]
    results = racing.together(racing.take_over_same_claims, PROCESSES, url, data_keys, ids)
    assert per_round(results) == [1] * ROUNDS


def test_eight_processes_open_cases_without_sharing_a_number(db, url, data_keys):
    """The same form is one case for all; different ones never get the same number."""
    results = racing.together(racing.open_cases, PROCESSES, url, data_keys, ROUNDS)
    assert [result for result in results if isinstance(result, str)] == []
    shared = [{same for same, _ in votes} for votes in zip(*results, strict=True)]
    own = {number for votes in results for _, number in votes}
    assert [len(numbers) for numbers in shared] == [1] * ROUNDS
    assert len(own | set().union(*shared)) == PROCESSES * ROUNDS + ROUNDS


def test_eight_hosts_migrate_one_database(empty_url):
    """A rolling start of many hosts leaves one schema and no error."""
    results = racing.together(racing.upgrade_same_database, PROCESSES, empty_url)
    assert results == [migrate.head()] * PROCESSES
    assert migrate.current(empty_url) == migrate.head()


def test_new_files_opened_by_eight_processes_at_once_refuse_nobody(tmp_path):
    """Many times over: SQLite itself refuses some of those who switch a new file to its log."""
    urls = [f"sqlite:///{tmp_path / f'{n}.db'}" for n in range(3 * ROUNDS)]
    results = racing.together(racing.upgrade_new_files, PROCESSES, urls)
    assert results == [[migrate.head()] * len(urls)] * PROCESSES
