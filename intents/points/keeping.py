"""Answers as plain values for a session that is kept as JSON, and back, without loss."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from intents.points.answers import Answer, AnswerError, ItemAnswer, Lasting, Period

Plain = bool | int | str | None | list[int] | dict[str, "Plain"]


def plain(answer: Answer | None) -> Plain:
    """Return an answer as values JSON has; what is no plain value carries its kind under ``is``."""
    if isinstance(answer, bool | int | str) or answer is None:
        return answer
    if isinstance(answer, tuple):
        return list(answer)
    if isinstance(answer, Fraction | Decimal):
        return {"is": "number", "value": str(Fraction(answer))}
    if isinstance(answer, Lasting):
        lasting: dict[str, Plain] = {"is": "lasting", "years": answer.years}
        return {**lasting, "months": answer.months, "days": answer.days}
    if isinstance(answer, Period):
        end = answer.end.isoformat() if answer.end else None
        return {"is": "period", "start": answer.start.isoformat(), "end": end}
    if isinstance(answer, date):
        return {"is": "day", "value": answer.isoformat()}
    return {"is": "items", "value": {name: plain(one) for name, one in answer.items()}}


def kept(value: object) -> Answer | None:
    """Return the answer that :func:`plain` made a value of.

    Raises:
        AnswerError: it made none such.
    """
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, list) and all(isinstance(one, int) for one in value):
        return tuple(value)
    try:
        return _kept(value) if isinstance(value, Mapping) else _refuse(value)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise AnswerError("kept", "a value of an answer", value) from error


def _kept(value: Mapping[str, object]) -> Answer:
    kind = value["is"]
    if kind == "number":
        return Fraction(str(value["value"]))
    if kind == "day":
        return date.fromisoformat(str(value["value"]))
    if kind == "lasting":
        years, months, days = (int(str(value[name])) for name in ("years", "months", "days"))
        return Lasting(years=years, months=months, days=days)
    if kind == "period":
        end = value["end"]
        return Period(
            start=date.fromisoformat(str(value["start"])),
            end=None if end is None else date.fromisoformat(str(end)),
        )
    inner = value["value"]
    if kind != "items" or not isinstance(inner, Mapping):
        return _refuse(value)
    return {str(name): _item(kept(one)) for name, one in inner.items()}


def _item(answer: Answer | None) -> ItemAnswer:
    if isinstance(answer, bool | int | Fraction | Decimal | Lasting | Period) or answer is None:
        return answer
    raise AnswerError("kept", "a length of time or a number for each item", answer)


def _refuse(value: object) -> Answer:
    raise AnswerError("kept", "a value of an answer", value)
