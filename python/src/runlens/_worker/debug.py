"""Steps under debugpy: listens for an editor and lets the first step wait for it."""

from __future__ import annotations

import os
import sys

from ..errors import RunlensError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# A server that was ended is looked for so often, and for so long, before nobody waits for it.
_LOOK_SECONDS = 5.0
_MOST_MISSES = 6


class Debugger:
    """debugpy on one port of this machine."""

    def __init__(self, port: int, is_wanted: Callable[[], bool]) -> None:
        """Listens; `is_wanted` says whether whoever asked for it is still there.

        Raises:
            RunlensError: there is no debugpy, or the port is taken; says what to do.
        """
        self._port = port
        self._is_wanted = is_wanted
        self._has_waited = False
        # its advice about frozen modules concerns nobody's code here
        os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        debugpy = _debugpy()
        # a debugged child process would wait for an editor of its own
        debugpy.configure(subProcess=False)
        try:
            debugpy.listen(("127.0.0.1", port))
        except Exception as error:
            raise RunlensError(
                f"debugpy cannot listen on port {port} of this machine: {error}. Start again; the "
                "editor takes another port.",
                "debug_port",
            ) from error
        print(f"debugpy listens on 127.0.0.1:{port}.", flush=True)

    def wait(self) -> None:
        """Waits, once, until an editor is attached. An interrupt ends that.

        Raises:
            RunlensError: the server that asked for it is gone, and with it who wanted to attach.
        """
        if self._has_waited:
            return
        self._has_waited = True
        import threading
        import time

        client = _debugpy()
        print(f"Waiting for the editor to attach to port {self._port} …", flush=True)
        attached = threading.Event()

        def wait() -> None:
            client.wait_for_client()
            attached.set()

        # in a thread, since the main one must hear of an interrupt
        threading.Thread(target=wait, name="runlens-debugger", daemon=True).start()
        looked = time.monotonic()
        misses = 0
        while not attached.wait(0.1):
            if time.monotonic() - looked < _LOOK_SECONDS:
                continue
            looked = time.monotonic()
            misses = 0 if self._is_wanted() else misses + 1
            if misses >= _MOST_MISSES:
                raise RunlensError(
                    f"No editor attached to port {self._port}, and the Runlens server has ended. "
                    "Start the step again.",
                    "debug_abandoned",
                )
        client.trace_this_thread(True)
        print("The editor is attached.", flush=True)


def _debugpy():
    try:
        import debugpy
    except ImportError:
        raise RunlensError(
            f"Debugging needs the package debugpy, which {sys.executable} does not have. Install "
            f"it with `{sys.executable} -m pip install debugpy`, or choose an interpreter that has "
            "it.",
            "no_debugpy",
        ) from None
    return debugpy
