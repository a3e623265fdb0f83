"""Text of a terminal as lines: of what draws over itself, as bars do, the last state is kept."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Characters of one line that are kept; the rest is only counted.
LONGEST_LINE = 100_000


class _Row:
    """One line that is not finished."""

    __slots__ = ("dropped", "is_bar", "is_entered", "length", "parts", "starts_over")

    def __init__(self) -> None:
        self.clear()
        self.is_bar = False
        self.starts_over = False
        # the cursor has come to its begin by a line feed
        self.is_entered = False

    def clear(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.dropped = 0

    def add(self, text: str) -> None:
        room = LONGEST_LINE - self.length
        if len(text) > room:
            self.dropped += len(text) - room
            text = text[:room]
        if text:
            self.parts.append(text)
            self.length += len(text)

    def draw(self, text: str) -> None:
        """Text at the cursor; at the begin of the row what was there is gone."""
        if self.starts_over or self.is_entered:
            self.clear()
            self.is_bar = self.starts_over
            self.starts_over = self.is_entered = False
        self.add(text)

    def text(self) -> str:
        joined = "".join(self.parts)
        return f"{joined} … ({self.dropped} characters more)" if self.dropped else joined


class Folder:
    """Takes text as it is written and gives finished lines, each once, without line ends.

    Rows of bars are held until the cursor has left them for good, since nested bars go back up
    (`tqdm` moves by line feeds and `ESC [ A`). `settle` is called some times a second: it gives the
    rows that nothing has gone back to since.
    """

    def __init__(self) -> None:
        self._rows = [_Row()]
        self._at = 0
        # whether something goes back up: then whole lines are held as well
        self._is_live = False
        self._moved_up = False
        self._last_bar: str | None = None

    @property
    def bar(self) -> str | None:
        """The outermost bar as it is now; the last one when it is finished."""
        row = self._rows[0]
        return row.text() if row.is_bar else self._last_bar

    def feed(self, text: str) -> list[str]:
        """The lines that this text finishes."""
        row = self._rows[0]
        is_plain = not (row.is_bar or row.starts_over or len(self._rows) > 1 or self._is_live)
        if is_plain and "\r" not in text and "\x1b[" not in text:
            return self._plain(row, text)
        lines: list[str] = []
        for token in _tokens(text):
            lines.extend(self._take(token))
        return lines

    def _plain(self, row: _Row, text: str) -> list[str]:
        if not row.length and text[-1:] == "\n" and 0 < len(text) <= LONGEST_LINE:
            # whole lines, as nearly always
            return text[:-1].split("\n")
        first, *lines = text.split("\n")
        row.add(first)
        if not lines:
            return lines
        whole = row.text()
        row.clear()
        row.add(lines.pop())
        return [whole, *map(_cut, lines)]

    def _take(self, token: str) -> list[str]:
        row = self._rows[self._at]
        if token == "\n":
            return self._line_feed(row)
        if token == "\r":
            row.starts_over = True
        elif token.startswith("\x1b[") and token[-1] in "ABKJ":
            self._move(row, token)
        elif self._at > 0 and row.is_entered and not (row.starts_over or self._is_live):
            # ordinary text below bars: those are finished
            lines = self._give(self._at)
            row.draw(token)
            return lines
        else:
            row.draw(token)
        return []

    def _line_feed(self, row: _Row) -> list[str]:
        row.starts_over = False
        if row.is_bar or self._is_live:
            self._at += 1
            if self._at == len(self._rows):
                self._rows.append(_Row())
            self._rows[self._at].is_entered = True
            return []
        return self._give(self._at + 1)

    def _move(self, row: _Row, token: str) -> None:
        count = int(token[2:-1] or "1") if token[2:-1].isdigit() or token[2:-1] == "" else 1
        if token[-1] == "A":
            self._at = max(0, self._at - count)
            self._is_live = self._moved_up = True
        elif token[-1] == "B":
            self._at = min(len(self._rows) - 1, self._at + count)
        elif token[2:-1] == "2" or row.starts_over:
            row.clear()

    def _give(self, count: int) -> list[str]:
        """The first rows as lines; the cursor's row is the first afterwards, or a new one."""
        given, self._rows = self._rows[:count], self._rows[count:] or [_Row()]
        self._at = max(0, self._at - count)
        return [text for row in given if self._is_kept(row, text := row.text())]

    def _is_kept(self, row: _Row, text: str) -> bool:
        if row.is_bar and text.strip():
            self._last_bar = text
        return not row.is_bar or bool(text.strip())

    def settle(self) -> list[str]:
        """Rows above the cursor, unless something keeps going back up to them."""
        if self._moved_up:
            self._moved_up = False
            return []
        self._is_live = False
        return self._give(self._at) if self._at else []

    def end(self) -> list[str]:
        """All that is left, also a line without its end."""
        rows, self._rows, self._at = self._rows, [_Row()], 0
        return [text for row in rows if self._is_kept(row, text := row.text()) and text.strip()]


def _cut(line: str) -> str:
    more = len(line) - LONGEST_LINE
    return line if more <= 0 else f"{line[:LONGEST_LINE]} … ({more} characters more)"


def _tokens(text: str) -> Iterator[str]:
    """Line feeds, carriage returns, movements of the cursor, and what is between them."""
    import re

    # a carriage return before a line feed is the end of a line of Windows
    for token in re.split("(\n|\r(?!\n)|\x1b\\[[0-9]*[ABKJ])", text.replace("\r\n", "\n")):
        if token:
            yield token
