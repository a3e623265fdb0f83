"""Steps that the authoring cases call; their returns are read from this file."""

import dataclasses
import enum
from pathlib import Path
from typing import Annotated, Any, Dict, List, Literal, NewType, Optional, Tuple, Union  # noqa: UP035

from runlens import ArtifactConfig, ArtifactType, Tag, step


@step
def load() -> dict:
    return {"rows": 3}


@step
def numbers() -> list:
    return [1, 2]


@step
def train(data: dict, gamma: float = 0.001, epochs: int = 5) -> Annotated[float, "score"]:
    return gamma * epochs * len(data)


@step
def use(value: Any) -> int:
    return 1


@step
def use_two(first: Any, second: Any) -> int:
    return 1


@step
def keyword_only(*, count: int, name: str = "n") -> int:
    return count


@step
def silent():
    print("done")


@step
def untyped():
    return 1


@step
def pair() -> Tuple[int, str]:  # noqa: UP006
    return 1, "a"


@step
def pair_variable() -> Tuple[int, str]:  # noqa: UP006
    result = 1, "a"
    return result


@step
def partly_named() -> Tuple[int, Annotated[str, "text"], dict]:  # noqa: UP006
    return 1, "a", {}


@step
def whole_tuple() -> Annotated[Tuple[int, str], "both"]:  # noqa: UP006
    return 1, "a"


@step
def configured() -> Annotated[
    dict,
    ArtifactConfig(
        name="report",
        version="v1",
        tags=["daily", Tag("kept")],
        run_metadata={"rows": 3},
        artifact_type=ArtifactType.STATISTICS,
    ),
]:
    return {}


@step
def configured_nameless() -> Annotated[dict, ArtifactConfig(tags=["daily"])]:
    return {}


@step
def named_and_configured() -> Annotated[dict, "report", ArtifactConfig(name="report")]:
    return {}


@step
def configured_pair() -> Tuple[  # noqa: UP006
    Annotated[int, ArtifactConfig(name="count", version=7)], Annotated[str, "text"]
]:
    return 1, "a"


@step
def dated() -> Annotated[dict, "report_{date}_{time}"]:
    return {}


@step
def funny() -> Annotated[dict, "report_{funny_name}"]:
    return {}


@step(substitutions={"funny_name": "step_deco"})
def funny_itself() -> Annotated[dict, "report_{funny_name}"]:
    return {}


@step
def broken_template() -> Annotated[dict, "report_{"]:
    return {}


@step
def empty_template() -> Annotated[dict, "{nothing}"]:
    return {}


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Size:
    width: int
    height: float = 1.0


UserId = NewType("UserId", int)


def typed(hint: Any):
    """A step with one parameter `value` of a type."""

    def taker(value) -> int:
        return 1

    taker.__annotations__["value"] = hint
    return step(name="taker")(taker)


def returning(hint: Any):
    """A step that is annotated to return this, and returns a tuple written out."""

    def maker():
        return 1, 2

    maker.__annotations__["return"] = hint
    return step(name="maker")(maker)


HINTS = {
    "Optional[int]": Optional[int],  # noqa: UP045
    "Union[int, str]": Union[int, str],  # noqa: UP007
    "Dict[str, int]": Dict[str, int],  # noqa: UP006
    "List[float]": List[float],  # noqa: UP006
    "Dict": Dict,  # noqa: UP006
    "Literal": Literal["a", 1],
    "NewType": UserId,
    "Path": Path,
}
