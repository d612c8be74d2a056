"""XML as the platform writes and reads it: CDATA out, a small entity-free tree in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers import expat

Fields: TypeAlias = "Sequence[tuple[str, str | int | float | Fields]]"

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MAX_DEPTH = 12


class XmlError(Exception):
    """A document the platform does not read."""


@dataclass(slots=True)
class Element:
    """One element: its tag, its own text and its children in order."""

    tag: str
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        """The direct children with a tag."""
        return [child for child in self.children if child.tag == tag]

    def one(self, tag: str) -> Element | None:
        """The only direct child with a tag, None when absent.

        Raises:
            XmlError: when there are several.
        """
        found = self.all(tag)
        if len(found) > 1:
            raise XmlError(f"{tag} appears {len(found)} times")
        return found[0] if found else None

    def value(self, tag: str, default: str = "") -> str:
        """The text of the only child with a tag."""
        child = self.one(tag)
        return default if child is None else child.text


def build(fields: Fields, *, root: str = "xml") -> str:
    """Render fields: text becomes CDATA, numbers stay bare, sequences nest.

    >>> build([("MsgType", "text"), ("CreateTime", 7), ("Empty", "")])
    '<xml><MsgType><![CDATA[text]]></MsgType><CreateTime>7</CreateTime><Empty><![CDATA[]]></Empty></xml>'
    """
    return f"<{root}>{_inner(fields)}</{root}>"


def parse(text: bytes | str) -> Element:
    """Read a document, refusing DTDs, entities and depth.

    Raises:
        XmlError: for anything that is not one well-formed, plain element tree.
    """
    parser = expat.ParserCreate(encoding="utf-8" if isinstance(text, bytes) else None)
    parser.buffer_text = True
    top = Element("")
    stack = [top]

    def start(tag: str, _attributes: dict[str, str]) -> None:
        if len(stack) > _MAX_DEPTH:
            raise XmlError("nested too deeply")
        element = Element(tag)
        stack[-1].children.append(element)
        stack.append(element)

    def data(piece: str) -> None:
        stack[-1].text += piece

    def doctype(*_: object) -> None:
        raise XmlError("a document type is not allowed")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _tag: stack.pop()
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, UnicodeError, ValueError) as error:
        raise XmlError(f"not well-formed: {error}") from error
    return top.children[0]


def _inner(fields: Fields) -> str:
    parts: list[str] = []
    for tag, value in fields:
        if isinstance(value, str):
            rendered = _cdata(value)
        elif isinstance(value, (int, float)):
            rendered = str(value)
        else:
            rendered = _inner(value)
        parts.append(f"<{tag}>{rendered}</{tag}>")
    return "".join(parts)


def _cdata(text: str) -> str:
    safe = _CONTROL.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{safe}]]>"
