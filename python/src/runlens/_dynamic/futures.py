"""What step calls give in a dynamic pipeline: artifacts, futures of them, and single items."""

from __future__ import annotations

from .._results.response import ArtifactVersion
from ..errors import StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .._authoring.compose import Invocation
    from .composition import DynamicComposition


class OutputArtifact(ArtifactVersion):
    """An output of a step of this run: `.load()` gives its value, and other steps take it.

    Attributes:
        invocation_id: The call that made it, such as `train_2`.
        output_name: Name of the output.
    """

    def __init__(self, made: ArtifactVersion, output: OutputFuture) -> None:
        super().__init__(made.row, made.server)
        self._output = output
        self.invocation_id = output.invocation_id
        self.output_name = output.output_name

    @property
    def future(self) -> OutputFuture:
        """The same output as what may still be made."""
        return self._output

    def chunk(self, index: int) -> Item:
        """One item of the list (from 0), as an input of its own; see `Item`."""
        return self._output.chunk(index)

    def chunks(self) -> list[Item]:
        """All items of the list, each as an input of its own."""
        return self._output.chunks()

    def __bool__(self) -> bool:
        raise StepInterfaceError(
            f"The output {self.output_name!r} of step {self.invocation_id} is used as a condition. "
            "It is an artifact, not its value: write `.load()` behind it.",
            "artifact_misused",
        )

    def __iter__(self) -> Iterator[Any]:
        raise StepInterfaceError(
            f"The output {self.output_name!r} of step {self.invocation_id} is used as a sequence. "
            "It is an artifact: `.load()` gives its value, `.chunks()` its items as inputs.",
            "artifact_misused",
        )


class OutputFuture:
    """One output of a submitted step; passed to a step it is an input that may not be there yet."""

    __slots__ = ("_digests", "composition", "invocation", "output_name")

    def __init__(
        self, composition: DynamicComposition, invocation: Invocation, output_name: str
    ) -> None:
        self.composition = composition
        self.invocation = invocation
        self.output_name = output_name
        self._digests: list[str] | None = None

    @property
    def invocation_id(self) -> str:
        """The call that makes it."""
        return self.invocation.id

    def wait(self) -> None:
        """Waits until its step is over, however it ended."""
        self.composition.wait_for([self.invocation_id])

    def result(self) -> OutputArtifact:
        """The artifact, when its step is over.

        Raises:
            Exception: what the step raised, or a step that it needed.
        """
        made = self.composition.outputs_of(self.invocation_id)
        return OutputArtifact(made[self.output_name], self)

    def load(self) -> Any:
        """The value, when its step is over. Raises as `result`."""
        return self.result().load()

    def chunk(self, index: int) -> Item:
        """One item of the list (from 0), when its step is over.

        Raises:
            IndexError: the list is shorter.
            StepInterfaceError: it is no list, tuple or array.
        """
        digests = self._item_digests()
        if not -len(digests) <= index < len(digests):
            raise IndexError(f"{self!r} has {len(digests)} items; there is no item {index}.")
        at = index % len(digests)
        return Item(self, at, digests[at])

    def chunks(self) -> list[Item]:
        """All items of the list, when its step is over. Raises as `chunk`."""
        return [Item(self, at, one) for at, one in enumerate(self._item_digests())]

    @property
    def is_sequence(self) -> bool:
        """Whether what was made is a list, tuple or array; waits for it."""
        return self.result().type in _SEQUENCES

    def _item_digests(self) -> list[str]:
        if self._digests is None:
            artifact = self.result()
            if artifact.type not in _SEQUENCES:
                raise StepInterfaceError(
                    f"{self!r} is a {artifact.type} and has no items to take apart: only lists, "
                    "tuples and NumPy arrays have.",
                    "not_a_sequence",
                )
            self._digests = [_digest(one) for one in artifact.load()]
        return self._digests

    def __repr__(self) -> str:
        return f"<output {self.output_name!r} of step {self.invocation_id}>"


_SEQUENCES = ("builtins.list", "builtins.tuple", "list", "tuple", "numpy.ndarray")


def _digest(item: Any) -> str:
    """By content; what cannot be compared gets one that is never met again, so it always runs."""
    from .._data.digest import digest_of

    known = digest_of(item)
    if known is not None:
        return known
    import os

    return os.urandom(32).hex()


class Item:
    """One item of a list that a step made, as an input: keyed by its own content."""

    __slots__ = ("digest", "index", "source")

    def __init__(self, source: OutputFuture, index: int, digest: str) -> None:
        self.source = source
        self.index = index
        self.digest = digest

    def load(self) -> Any:
        """The item's value."""
        return self.source.load()[self.index]

    def __repr__(self) -> str:
        return f"<item {self.index} of {self.source!r}>"


class StepRunFuture:
    """A submitted call of a step. Passed to a step it stands for its one output."""

    __slots__ = ("composition", "invocation")

    def __init__(self, composition: DynamicComposition, invocation: Invocation) -> None:
        self.composition = composition
        self.invocation = invocation

    @property
    def invocation_id(self) -> str:
        """The call, such as `train_2`."""
        return self.invocation.id

    def running(self) -> bool:
        """Whether it is not over yet, as far as this process has heard."""
        return not self.composition.is_over(self.invocation_id)

    def wait(self) -> None:
        """Waits until the step is over, however it ended."""
        self.composition.wait_for([self.invocation_id])

    def result(self) -> Any:
        """Its artifact; a tuple when it has several outputs, None when it has none. Waits for it.

        Raises:
            Exception: what the step raised, or a step that it needed.
        """
        self.composition.outputs_of(self.invocation_id)
        return self._shaped([one.result() for one in self.unpack()])

    artifacts = result

    def load(self) -> Any:
        """The value; a tuple when it has several outputs. Waits for it and raises as `result`."""
        self.composition.outputs_of(self.invocation_id)
        return self._shaped([one.load() for one in self.unpack()])

    def unpack(self) -> tuple[OutputFuture, ...]:
        """A future of each output, at once."""
        return tuple(
            OutputFuture(self.composition, self.invocation, one.name)
            for one in self.invocation.outputs.items
        )

    def chunk(self, index: int) -> Item:
        """One item of its only output, a list; waits for it."""
        return self.only("taken apart").chunk(index)

    def only(self, use: str) -> OutputFuture:
        """The only output.

        Raises:
            StepInterfaceError: it has none or several.
        """
        outputs = self.unpack()
        if len(outputs) != 1:
            names = ", ".join(repr(one.output_name) for one in outputs) or "none"
            raise StepInterfaceError(
                f"Step {self.invocation_id} is {use} as if it had one output, but it has: {names}. "
                "Choose one with `[0]` or `.unpack()`.",
                "several_outputs" if outputs else "no_output",
            )
        return outputs[0]

    def _shaped(self, parts: list[Any]) -> Any:
        if self.invocation.outputs.is_tuple:
            return tuple(parts)
        return parts[0] if parts else None

    def __iter__(self) -> Iterator[OutputFuture]:
        if not self.invocation.outputs.is_tuple:
            raise StepInterfaceError(
                f"Step {self.invocation_id} does not return a tuple and cannot be unpacked.",
                "single_output_unpacked",
            )
        return iter(self.unpack())

    def __getitem__(self, index: int) -> OutputFuture:
        return self.unpack()[index]

    def __len__(self) -> int:
        return len(self.invocation.outputs.items)

    def __bool__(self) -> bool:
        raise StepInterfaceError(
            f"The call {self.invocation_id} is used as a condition: write `.load()` behind it.",
            "artifact_misused",
        )

    def __repr__(self) -> str:
        return f"<future of step {self.invocation_id}>"


class MapResults:
    """The calls that `.map` or `.product` made, in order; a reducer takes it as a list."""

    __slots__ = ("_composition", "futures")

    def __init__(self, composition: DynamicComposition, futures: list[StepRunFuture]) -> None:
        self._composition = composition
        self.futures = futures

    def running(self) -> bool:
        """Whether one of them is not over yet, as far as this process has heard."""
        return any(one.running() for one in self.futures)

    def wait(self) -> None:
        """Waits until all are over, however they ended."""
        self._composition.wait_for([one.invocation_id for one in self.futures])

    def result(self) -> list[Any]:
        """What each call gave, as `StepRunFuture.result`; waits for all.

        Raises:
            Exception: what the first of them that failed raised.
        """
        self.wait()
        return [one.result() for one in self.futures]

    artifacts = result

    def load(self) -> list[Any]:
        """The values; waits for all and raises as `result`."""
        self.wait()
        return [one.load() for one in self.futures]

    def unpack(self) -> tuple[list[OutputFuture], ...]:
        """For each output of the step, the list of its futures."""
        return tuple(map(list, zip(*(one.unpack() for one in self.futures), strict=True)))

    def __iter__(self) -> Iterator[StepRunFuture]:
        return iter(self.futures)

    def __getitem__(self, index: Any) -> Any:
        return self.futures[index]

    def __len__(self) -> int:
        return len(self.futures)

    def __repr__(self) -> str:
        return f"<{len(self.futures)} mapped steps>"


class unmapped:
    """Marks an argument of `.map` or `.product` that each call gets whole."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


# what stands for one output (or call) of a step among arguments
OUTPUTS = (OutputArtifact, OutputFuture, StepRunFuture)
