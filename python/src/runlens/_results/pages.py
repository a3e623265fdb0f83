"""Pages of lists, and pipelines with their runs, as `Client` answers them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..client import Client
    from .response import PipelineRunResponse


class Page(list):
    """One page of a list.

    Attributes:
        total: How many there are on all pages.
        page: The number of this page, from 1.
        size: Most items of a page.
    """

    def __init__(self, items: Iterable[Any], total: int, page: int, size: int) -> None:
        super().__init__(items)
        self.total = total
        self.page = page
        self.size = size

    @property
    def items(self) -> list[Any]:
        """The items of this page."""
        return list(self)

    @property
    def total_pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.size)


class PipelineResponse:
    """A pipeline that has run.

    Attributes:
        name: Its name.
    """

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self.name = name

    @property
    def runs(self) -> Page:
        """Its newest runs."""
        return self._client.list_pipeline_runs(pipeline=self.name)

    @property
    def last_run(self) -> PipelineRunResponse:
        """Its newest run."""
        return self._client.list_pipeline_runs(pipeline=self.name, size=1)[0]

    @property
    def last_successful_run(self) -> PipelineRunResponse | None:
        """Its newest run that finished; None when there is none."""
        found = self._client.list_pipeline_runs(pipeline=self.name, status="finished", size=1)
        return found[0] if found else None

    def __repr__(self) -> str:
        return f"<pipeline {self.name}>"
