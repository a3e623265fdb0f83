"""Texts of a known kind: they are stored under that kind's file name and shown as such."""

from __future__ import annotations


class HTMLString(str):
    """A page in HTML; stored as `data.html`."""

    __slots__ = ()


class MarkdownString(str):
    """A text in Markdown; stored as `data.md`."""

    __slots__ = ()


class CSVString(str):
    """A table as comma-separated values; stored as `data.csv`."""

    __slots__ = ()


class JSONString(str):
    """A JSON document as text; stored as `data.json`, byte by byte as it is."""

    __slots__ = ()


__all__ = ["CSVString", "HTMLString", "JSONString", "MarkdownString"]
