"""Name templates: `report_{date}`, filled in when a pipeline is composed."""

from __future__ import annotations

import time

from ..errors import NameTemplateError, StepInterfaceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def moment_substitutions(now: float) -> dict[str, str]:
    """`date` (`2024_11_27`) and `time` (`11_07_09_326492`) of a moment in seconds, in UTC."""
    whole = time.gmtime(now)
    return {
        "date": time.strftime("%Y_%m_%d", whole),
        "time": f"{time.strftime('%H_%M_%S', whole)}_{int(now % 1 * 1_000_000):06d}",
    }


def filled(template: str, substitutions: Mapping[str, object]) -> str:
    """A name template with its placeholders replaced.

    Raises:
        NameTemplateError (a KeyError): there is nothing for a placeholder.
        StepInterfaceError: nothing is left of the name, or its braces do not match.
    """
    if "{" not in template and "}" not in template:
        return template
    try:
        name = template.format_map(substitutions)
    except KeyError as missing:
        raise NameTemplateError(
            f"Could not format the name template `{template}`. Missing key: {missing}"
        ) from None
    except (ValueError, IndexError, AttributeError) as error:
        raise StepInterfaceError(
            f"Could not format the name template `{template}`: {error}.", "name_template"
        ) from None
    if not name.strip():
        raise StepInterfaceError(
            f"The name template `{template}` leaves an empty name.", "name_template"
        )
    return name
