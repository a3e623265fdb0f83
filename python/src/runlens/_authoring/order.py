"""Whether the steps of a composition can be put in an order at all."""

from __future__ import annotations

from ..errors import StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .compose import Composition, Invocation


def check_order(composition: Composition) -> None:
    """Every step named in `after` exists and nothing waits for itself.

    Raises:
        StepInterfaceError: names the missing step, or the cycle as `a → b → a`.
    """
    graph = {one.id: needs_of(one) for one in composition.invocations.values()}
    for step_id, needs in graph.items():
        for other in needs:
            if other not in graph:
                raise StepInterfaceError(
                    f"Step {step_id} is to run after {other!r}, which is no step of pipeline "
                    f"{composition.pipeline.name}. Its steps are: {', '.join(graph)}.",
                    "unknown_step",
                )
    done: set[str] = set()
    for step_id in graph:
        _visit(step_id, graph, done, [])


def _visit(start: str, graph: dict[str, list[str]], done: set[str], path: list[str]) -> None:
    pending = [(start, iter(graph[start]))]
    path = [start]
    while pending:
        step_id, needs = pending[-1]
        following = next((one for one in needs if one not in done), None)
        if following is None:
            done.add(step_id)
            pending.pop()
            path.pop()
        elif following in path:
            cycle = [*path[path.index(following) :], following]
            raise StepInterfaceError(
                f"The steps wait for each other in a cycle: {' → '.join(reversed(cycle))}. Remove "
                "one `after`.",
                "cycle",
            )
        else:
            path.append(following)
            pending.append((following, iter(graph[following])))


def needs_of(invocation: Invocation) -> list[str]:
    """Ids of the steps that an invocation waits for."""
    needs = list(invocation.after)
    for entry in invocation.inputs.values():
        if entry["kind"] == "step":
            needs.append(entry["stepId"])
        elif entry["kind"] == "steps":
            needs.extend(item["stepId"] for item in entry["items"])
    return list(dict.fromkeys(needs))
