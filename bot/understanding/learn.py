"""From a phrasebook to a model: which phrases teach what."""

from collections.abc import Sequence

from bot.understanding.encoder import Encoder, RememberingEncoder
from bot.understanding.features import GramSpace
from bot.understanding.lessons import kinds_of, labelled
from bot.understanding.lexical import LexicalIndex, postings
from bot.understanding.model import Model, Sorter
from bot.understanding.normalize import normalize
from bot.understanding.phrasebook import Phrasebook


def fit_model(
    book: Phrasebook,
    *,
    safety: Sequence[str],
    light: Sequence[str] = (),
    encoder: Encoder | None,
) -> Model:
    """Fit everything on the phrases; deterministic."""
    from bot.understanding.alarms import fit_alarm  # these load what only fitting needs
    from bot.understanding.training import HELD_STYLES, Lesson, fit
    from bot.understanding.trust import trusted

    encoder = RememberingEncoder(encoder) if encoder else None
    pairs = labelled(book)
    normals = tuple(normal for normal, _ in pairs)
    style_of: dict[str, str] = {}
    for found in book.sets.values():
        for style, texts in found.phrases.items():
            for text in texts:
                style_of.setdefault(normalize(text), style)
    known = set(style_of.values()) & {style for group in HELD_STYLES for style in group}
    lesson = Lesson(
        normals=normals,
        labels=tuple(intent for _, intent in pairs),
        styles=tuple(style_of.get(normal, "") for normal in normals) if known else (),
        names=book.asks,
        kinds=kinds_of(book),
    )
    fitted = fit(lesson, encoder, with_trust=not book.trial)
    space = GramSpace(fitted.space.columns, fitted.space.idf)
    alarm = None
    if safety:
        alarm = fit_alarm(book, fitted.space, safety, with_odds=not book.trial)
    model = Model(
        space=space,
        index=LexicalIndex(space, normals, lesson.labels, postings(fitted.space, normals)),
        sorter=Sorter(
            labels=fitted.labels,
            cheap=fitted.cheap,
            full=fitted.full,
            answer_from=fitted.answer_from,
            outside_from=fitted.outside_from,
            second_odds=fitted.second_odds,
            second_from=fitted.second_from,
            weigh_alone=fitted.weigh_alone,
            weigh_cheap=fitted.weigh_cheap,
            weigh_full=fitted.weigh_full,
        ),
        alarm=alarm,
        encoder=encoder.name if encoder else "",
    )
    if not book.trial:
        return model
    return trusted(model, book, safety=safety, light=light, encoder=encoder)
