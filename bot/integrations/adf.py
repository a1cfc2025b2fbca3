"""The Atlassian Document Format: plain text into a document, and back. Pure."""

from collections.abc import Sequence
from typing import Any

DEEPEST = 20
"""How far into a document is read."""


def document(paragraphs: Sequence[str]) -> dict[str, Any]:
    """A document with these paragraphs; a line break stays one. No text node may be empty."""
    return {"type": "doc", "version": 1, "content": [_paragraph(each) for each in paragraphs if each.strip()]}


def _paragraph(text: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for line in text.splitlines():
        content += [{"type": "hardBreak"}] if content else []
        content += _line(line)
    return {"type": "paragraph", "content": content}


def _line(line: str) -> list[dict[str, Any]]:
    """A line, with what is a link in it as one."""
    nodes: list[dict[str, Any]] = []
    for place, part in enumerate(line.split(" ")):
        space = " " if place else ""
        if part.startswith(("https://", "http://")):
            mark = {"type": "link", "attrs": {"href": part}}
            nodes += [{"type": "text", "text": space}] if space else []
            nodes.append({"type": "text", "text": part, "marks": [mark]})
        elif nodes and "marks" not in nodes[-1]:
            nodes[-1]["text"] += space + part
        elif space + part:
            nodes.append({"type": "text", "text": space + part})
    return nodes


def text(node: object, depth: int = 0) -> str:
    """What a document says, without its form."""
    if not isinstance(node, dict) or depth > DEEPEST:
        return ""
    if node.get("type") == "hardBreak":
        return "\n"
    content = node.get("content")
    inner = [text(each, depth + 1) for each in content] if isinstance(content, list) else []
    said = node.get("text")
    between = "\n" if node.get("type") == "doc" else ""
    return (said if isinstance(said, str) else "") + between.join(inner)
