"""Every table there is: what retention, key rotation and the migration check go through."""

from bot.records.accounts import AccountRow
from bot.records.alerts import AlertRow
from bot.records.audit import AuditRow
from bot.records.case_history import CaseEventRow
from bot.records.case_numbers import CaseCounterRow
from bot.records.cases import CaseRow
from bot.records.communities import CommunityRow
from bot.records.consents import ConsentRow
from bot.records.outbox import OutboxRow
from bot.records.phrases import PhraseRow
from bot.records.residents import ResidentRow
from bot.records.schema import Base
from bot.records.staff import StaffRow
from bot.records.subscriptions import SubscriptionRow
from bot.records.turns import ErasureRow, TurnRow
from bot.records.unanswered import UnansweredRow

TABLES: tuple[type[Base], ...] = (
    AccountRow,
    AlertRow,
    AuditRow,
    CaseCounterRow,
    CaseEventRow,
    CaseRow,
    CommunityRow,
    ConsentRow,
    ErasureRow,
    OutboxRow,
    PhraseRow,
    ResidentRow,
    StaffRow,
    SubscriptionRow,
    TurnRow,
    UnansweredRow,
)
