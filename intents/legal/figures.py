"""Results of the calculators as sentences; the sentences stand in ``replies.yaml``."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.sdk import Words
from intents.legal.deadlines import Deadline
from intents.legal.double_wage import DoubleWage
from intents.legal.hearing import Hours
from intents.legal.months import Tenure
from intents.legal.overtime import RATES, Overtime, each_way
from intents.legal.ruling import Basis, cents
from intents.legal.severance import Severance
from intents.legal.unemployment import Benefit

_YEAR = 12


def plain(number: Decimal) -> str:
    """Return a number without trailing zeros.

    >>> plain(Decimal("24000.00")), plain(Decimal("3.50"))
    ('24000', '3.5')
    """
    return f"{number.normalize():f}"


def day_in_full(words: Words, day: date) -> str:
    """Return a day with its year, so that nobody takes it for another one."""
    return words.say("calc_day", year=day.year, month=day.month, day=day.day)


def severance_said(words: Words, found: Severance, tenure: Tenure) -> list[str]:
    """Return N, how it comes about, N+1 and 2N."""
    units = plain(found.units)
    how = words.say(
        "calc_n_how",
        tenure=_tenure_said(words, tenure),
        units=units,
        wage=plain(found.wage),
        sum=plain(found.n),
    )
    if found.short_units != found.units and not tenure.counted:
        how += words.say(
            "calc_n_short",
            units=plain(found.short_units),
            sum=plain(cents(found.short_units * found.wage)),
        )
    return [
        words.say("calc_n", units=units, sum=plain(found.n)),
        how,
        words.say("calc_n_plus", sum=plain(found.n_plus_1)),
        words.say("calc_n_double", sum=plain(found.double)),
    ]


def units_said(words: Words, units: Decimal, tenure: Tenure) -> str:
    """Return how many months of wage N is, without a sum."""
    return words.say("calc_units", tenure=_tenure_said(words, tenure), units=plain(units))


def _tenure_said(words: Words, tenure: Tenure) -> str:
    years, months = divmod(tenure.months, _YEAR)
    forms = words.many("calc_tenure")
    parts = (("years", years), ("months", months), ("days", tenure.days))
    return "".join(forms[name].format(number=plain(number)) for name, number in parts if number)


def double_said(words: Words, found: DoubleWage, wage: Decimal) -> list[str]:
    """Return the second wage, for which months, and what the time limit does to it."""
    limit = "calc_double_limit"
    if found.lapsed:
        limit = "calc_double_lapsed"
    elif found.surely == found.amount:
        limit = "calc_double_open"
    lines = [
        words.say("calc_double", sum=plain(found.amount)),
        words.say(
            limit,
            first=day_in_full(words, found.whole_until),
            last=day_in_full(words, found.last_day),
            sum=plain(found.surely),
        ),
        words.say(
            "calc_double_how",
            begins=day_in_full(words, found.begins),
            ends=day_in_full(words, found.ends),
            months=found.months,
            wage=plain(wage),
            sum=plain(found.amount),
        ),
    ]
    if found.lapsed:  # a sum that can most likely not be had any more must not come first
        lines[:2] = lines[1::-1]
    if found.days:
        lines.append(words.say("calc_double_days", days=found.days))
    return lines


def overtime_said(words: Words, found: Overtime, wage: Decimal, hours: Hours | None) -> list[str]:
    """Return the pay for the hours said, or for one hour, by kind of day."""
    kinds = words.many("calc_kinds")
    how = words.say("calc_hour_how", wage=plain(wage), hourly=plain(found.hourly))
    if hours is None or not hours.kinds:
        number = hours.unsorted if hours and hours.unsorted else Decimal(1)
        sums = {kind.value: plain(pay) for kind, pay in each_way(wage, number).items()}
        return [words.say("calc_hours_each", hours=plain(number), **sums), how]
    lines = [words.say("calc_overtime", sum=plain(found.total)), how]
    for kind, pay in found.pay.items():
        lines.append(
            words.say(
                "calc_overtime_part",
                kind=kinds[kind.value],
                hours=plain(hours.kinds[kind]),
                rate=plain(RATES[kind]),
                sum=plain(pay),
            )
        )
    if found.beyond:
        lines.append(words.say("calc_overtime_beyond"))
    return lines


def benefit_said(words: Words, found: Benefit) -> list[str]:
    """Return for how many months the benefit is paid."""
    return [words.say("calc_benefit", months=found.months), words.say("calc_benefit_how")]


def injury_said(words: Words, own: Deadline, employer: Deadline) -> list[str]:
    """Return until when the worker himself may report an injury, and the employer."""
    return [*limit_said(words, own, "injury"), *limit_said(words, employer, "employer")[:1]]


def limit_said(words: Words, found: Deadline, name: str) -> list[str]:
    """Return a last day and from which day it runs.

    Args:
        words: the capability's sentences.
        found: the limit.
        name: which sentences: ``calc_<name>`` and ``calc_<name>_passed``.
    """
    sentence = f"calc_{name}_passed" if found.passed else f"calc_{name}"
    return [
        words.say(sentence, last=day_in_full(words, found.last), left=max(0, found.left)),
        words.say("calc_from", day=day_in_full(words, found.starts)),
    ]


def basis_said(words: Words, bases: Sequence[Basis]) -> str:
    """Return laws with their articles and the days they came into force."""
    laws, fields = words.many("calc_laws"), words.many("fields")
    comma, joint = fields["comma"], fields["semicolon"]
    said: list[str] = []
    for basis in bases:
        text = laws[basis.law.value]
        if basis.articles:
            text = words.say("calc_articles", law=text, articles=comma.join(basis.articles))
        if basis.in_force:
            text += words.say("calc_in_force", day=basis.in_force.isoformat())
        said.append(text)
    return joint.join(said)
