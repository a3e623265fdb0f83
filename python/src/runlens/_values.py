"""Small values of the authoring API: resources, tags, models, groups and an output's own facts."""

from __future__ import annotations

from ._authoring.options import keywords
from .errors import StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_UNITS = {
    "KB": 10**3,
    "KiB": 1 << 10,
    "MB": 10**6,
    "MiB": 1 << 20,
    "GB": 10**9,
    "GiB": 1 << 30,
    "TB": 10**12,
    "TiB": 1 << 40,
    "PB": 10**15,
    "PiB": 1 << 50,
}
_RESOURCES = {
    "cpu_count": None,
    "gpu_count": None,
    "memory": None,
    "accelerator": None,
    "accelerator_count": None,
    "instance_type": None,
}


class ResourceSettings:
    """What a step is expected to need. The scheduler adds it up and never exceeds the machine.

    Args:
        cpu_count: Cores, also parts of one.
        gpu_count: Graphics processors.
        memory: A whole number with its unit: `2GB`, `512MiB`.
        accelerator, accelerator_count, instance_type: ZenML's; only the count has an effect, as
            `gpu_count`.

    Raises:
        TypeError: an unknown setting.
        ValueError: one that cannot be.
    """

    def __init__(self, **settings: Any) -> None:
        given = keywords("ResourceSettings", settings, _RESOURCES)
        self.cpu_count: float | None = given["cpu_count"]
        self.gpu_count: int | None = given["gpu_count"]
        if self.gpu_count is None:
            self.gpu_count = given["accelerator_count"]
        self.memory: str | None = given["memory"]
        self.accelerator = given["accelerator"]
        self.instance_type = given["instance_type"]
        self._check()

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in self.as_dict().items())
        return f"ResourceSettings({said})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResourceSettings) and self.as_dict() == other.as_dict()

    __hash__ = None  # type: ignore[assignment]

    def _check(self) -> None:
        if self.cpu_count is not None and not self.cpu_count > 0:
            raise ValueError(f"cpu_count is a number above 0, not {self.cpu_count!r}.")
        if self.gpu_count is not None and not self.gpu_count >= 0:
            raise ValueError(f"gpu_count is a number from 0, not {self.gpu_count!r}.")
        if self.memory is not None:
            bytes_of(self.memory)

    def as_dict(self) -> dict[str, Any]:
        """What it says, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def get_memory(self, unit: str = "GB") -> float | None:
        """The memory in a unit; None when it does not say."""
        if self.memory is None:
            return None
        return bytes_of(self.memory) / _UNITS[getattr(unit, "value", unit)]

    def describe(self) -> dict[str, float]:
        """As the graph has it (ResourceHints): memory in bytes."""
        described: dict[str, float] = {}
        if self.cpu_count is not None:
            described["cpus"] = self.cpu_count
        if self.gpu_count is not None:
            described["gpus"] = self.gpu_count
        if self.memory is not None:
            described["memory"] = bytes_of(self.memory)
        return described


def bytes_of(memory: str) -> int:
    """`2GB` → 2000000000.

    Raises:
        ValueError: it is no whole number with a unit.
    """
    text = memory.strip() if isinstance(memory, str) else str(memory)
    digits = text.rstrip("KMGTPiB").strip()
    unit = text[len(text.rstrip("KMGTPiB")) :]
    if not digits.isdigit() or unit not in _UNITS:
        raise ValueError(
            f"memory is a whole number with a unit, such as 2GB, not {memory!r}. The units are: "
            f"{', '.join(_UNITS)}."
        )
    return int(digits) * _UNITS[unit]


def resources_of(options: Mapping[str, Any]) -> ResourceSettings | None:
    """The resources of a step's options: `resources=` over `settings={"resources": …}`."""
    from ._authoring.options import _deep

    settings = (options.get("settings") or {}).get("resources")
    direct = options.get("resources")
    given = _deep(settings or {}, direct or {})
    return ResourceSettings(**given) if given else None


class Tag:
    """A tag with rules.

    Args:
        name: The tag.
        color: Ignored; colours are the editor's.
        exclusive: Only the newest run of the pipeline (or version of the artifact) has it.
        cascade: Also put it on every artifact that the run makes.
    """

    __slots__ = ("cascade", "color", "exclusive", "name")

    def __init__(
        self,
        name: str,
        color: Any = None,
        exclusive: bool | None = None,
        cascade: bool | None = None,
    ) -> None:
        self.name = name
        self.color = color
        self.exclusive = bool(exclusive)
        self.cascade = bool(cascade)

    def __repr__(self) -> str:
        return f"Tag({self.name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tag) and tuple(map(self._of, Tag.__slots__)) == tuple(
            map(other._of, Tag.__slots__)
        )

    def __hash__(self) -> int:
        return hash(self.name)

    def _of(self, name: str) -> Any:
        return getattr(self, name)


def tag_names(tags: Any) -> list[str]:
    """Names of tags that are texts, `Tag`s or dicts with a name; each once.

    Raises:
        TypeError: one is something else.
    """
    return list(dict.fromkeys(one.name for one in tags_of(tags)))


def tags_of(tags: Any) -> list[Tag]:
    """Tags of a list of texts, `Tag`s or dicts.

    Raises:
        TypeError: one is something else.
    """
    made = []
    for one in tags or ():
        if isinstance(one, str):
            made.append(Tag(one))
        elif isinstance(one, dict):
            made.append(Tag(**one))
        elif isinstance(getattr(one, "name", None), str):
            made.append(one)
        else:
            raise TypeError(f"tags= takes texts and Tags, not {one!r}")
    return made


_MODEL = {
    "name": None,
    "version": None,
    "license": None,
    "description": None,
    "audience": None,
    "use_cases": None,
    "limitations": None,
    "trade_offs": None,
    "ethics": None,
    "tags": None,
    "save_models_to_registry": None,
    "suppress_class_validation_warnings": None,
}


class Model:
    """The model that a pipeline or a step works on: `Model("classifier", version="3")`.

    Name and version may be name templates. Other settings of ZenML's are kept as attributes.

    Raises:
        TypeError: an unknown setting, or no name.
    """

    def __init__(self, name: str | None = None, version: Any = None, **settings: Any) -> None:
        given = keywords("Model", {"name": name, "version": version, **settings}, _MODEL)
        if not isinstance(name, str) or not name:
            raise TypeError(f"Model() needs a name, not {name!r}")
        for key, value in given.items():
            setattr(self, key, value)

    name: str
    version: Any

    def __repr__(self) -> str:
        return f"Model({self.name!r}, version={self.version!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


def model_of(value: Any) -> Model | None:
    """A model given as itself, by its name or as a dict of its settings.

    Raises:
        TypeError: it is none of these.
    """
    if value is None or isinstance(value, Model):
        return value
    if isinstance(value, str):
        return Model(value)
    if isinstance(value, dict):
        return Model(**value)
    raise TypeError(f"model= takes a Model, not {value!r}")


class GroupInfo:
    """Steps of one group are shown together."""

    __slots__ = ("name", "type")

    def __init__(self, name: str, type: Any = None) -> None:
        self.name = name
        self.type = type


def group_name(value: Any) -> str:
    """The name of a group given by its name or as GroupInfo."""
    return value if isinstance(value, str) else str(value.name)


class ArtifactConfig:
    """Facts of an output, in its annotation: `Annotated[dict, ArtifactConfig(name="report")]`.

    Args:
        name: Name of the output and its artifact; may be a name template.
        version: Version to give it; default the next number of its name.
        tags: Tags of the artifact version: texts or `Tag`s.
        run_metadata: Facts that are added to the artifact's metadata; JSON.
        artifact_type: What people take it for: `ArtifactType.MODEL`, or a text.

    Raises:
        StepInterfaceError: a part of it cannot be.
    """

    __slots__ = ("artifact_type", "name", "run_metadata", "tags", "version")

    def __init__(
        self,
        name: str | None = None,
        version: str | int | None = None,
        tags: Any = None,
        run_metadata: Mapping[str, Any] | None = None,
        artifact_type: Any = None,
    ) -> None:
        if name is not None and (not isinstance(name, str) or not name.strip()):
            raise StepInterfaceError(f"ArtifactConfig(name=) takes a text, not {name!r}.")
        self.name = name
        self.version = None if version is None else str(version)
        self.tags = tag_names(tags)
        self.run_metadata = dict(run_metadata or {})
        self.artifact_type = None
        if artifact_type is not None:
            self.artifact_type = str(getattr(artifact_type, "value", artifact_type)).lower()

    def __repr__(self) -> str:
        return f"ArtifactConfig(name={self.name!r})"
