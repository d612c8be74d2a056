"""What a message says in figures and names; text in, :class:`bot.domain.entities.Entities` out."""

from bot.understanding.entities.names import NameBook as NameBook
from bot.understanding.entities.reader import extract as extract
