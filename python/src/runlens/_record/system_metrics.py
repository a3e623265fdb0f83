"""Samples CPU, memory, disk, network and GPUs into the running step's run, as MLflow names them.

Linux tells it in /proc; elsewhere psutil is asked when the user has it. Units are MLflow's
(mlflow/system_metrics/metrics): percentages, and megabytes of 1,000,000 bytes. A GPU is asked by
`nvidia-smi`.
"""

from __future__ import annotations

import os
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..tracking import StepTracking

DEFAULT_SECONDS = 10.0
_LEAST_SECONDS = 0.1
_MEGABYTE = 1e6
_GPU_SECONDS = 5.0
_OFF = ("0", "false", "no", "off")
_GPU_FIELDS = "index,utilization.gpu,memory.used,memory.total,power.draw,power.limit"
# nvidia-smi counts in MiB
_MEBI = 1024 * 1024 / _MEGABYTE


def interval() -> float | None:
    """Seconds between samples; None when they are turned off.

    `RUNLENS_SYSTEM_METRICS=false` turns them off, `RUNLENS_SYSTEM_METRICS_INTERVAL` sets the
    seconds; MLflow's variables count where ours are not set.
    """
    for name in ("RUNLENS_SYSTEM_METRICS", "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING"):
        given = os.environ.get(name)
        if given:
            if given.lower() in _OFF:
                return None
            break
    for name in ("RUNLENS_SYSTEM_METRICS_INTERVAL", "MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL"):
        try:
            return max(_LEAST_SECONDS, float(os.environ[name]))
        except (KeyError, ValueError):
            continue
    return DEFAULT_SECONDS


class Sampler:
    """One thread per process; each sample goes to the steps that run at that moment."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._targets: list[StepTracking] = []
        self._lock = threading.Lock()
        self._steps: dict[str, int] = {}
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._pid = os.getpid()

    def follow(self, tracking: StepTracking) -> None:
        """From now on samples go there, too."""
        with self._lock:
            self._targets.append(tracking)
            if self._thread is not None:
                return
            self._thread = threading.Thread(target=self._loop, name="runlens-system", daemon=True)
            # as debugpy marks its own: neither shown nor held at a breakpoint
            self._thread.is_pydev_daemon_thread = True
        self._thread.start()

    def leave(self, tracking: StepTracking) -> None:
        """That step is over."""
        with self._lock:
            self._targets.remove(tracking)

    def close(self) -> None:
        """Ends the thread; does not wait for a sample that is being taken."""
        self._closed.set()

    def _loop(self) -> None:
        try:
            source = Source()
            while not self._closed.wait(self._seconds):
                targets = [*self._targets]
                if targets:
                    values = source.sample()
                    for target in targets:
                        self._give(target, values)
        except Exception as error:
            # a sample is not worth a run; it is told once, since the thread ends here
            print(f"Runlens does not sample system metrics any more: {error}", file=sys.stderr)

    def _give(self, target: StepTracking, values: dict[str, float]) -> None:
        step = self._steps.get(target.run_id, 0)
        self._steps[target.run_id] = step + 1
        # taken while the step ended: it belongs to nobody
        if target in self._targets:
            target.add_system(values, step)


class Source:
    """Reads the counters of this machine; rates are since the sample before."""

    def __init__(self) -> None:
        self._psutil = None if sys.platform == "linux" else _maybe_psutil()
        self._cpu = _cpu_times()
        self._network = self._network_bytes()
        self._nvidia = _nvidia_smi()

    def sample(self) -> dict[str, float]:
        """Values by name, `system/` included; what cannot be read is left out."""
        values: dict[str, float] = {}
        for part in (self._cpu_part, self._memory_part, self._network_part, self._gpu_part):
            try:
                values.update(part())
            except (OSError, ValueError, IndexError, ZeroDivisionError):
                # this part is not told on this machine, or not just now
                continue
        values.update(_disk_part())
        return {f"system/{name}": value for name, value in values.items()}

    def _cpu_part(self) -> dict[str, float]:
        if self._psutil is not None:
            return {"cpu_utilization_percentage": self._psutil.cpu_percent()}
        before, self._cpu = self._cpu, _cpu_times()
        if before is None or self._cpu is None:
            return {}
        idle, total = self._cpu[0] - before[0], self._cpu[1] - before[1]
        return {"cpu_utilization_percentage": 100.0 * (1 - idle / total)} if total > 0 else {}

    def _memory_part(self) -> dict[str, float]:
        if self._psutil is not None:
            memory = self._psutil.virtual_memory()
            used, total = memory.total - memory.available, memory.total
        else:
            total, available = _memory()
            used = total - available
        return {
            "system_memory_usage_megabytes": used / _MEGABYTE,
            "system_memory_usage_percentage": 100.0 * used / total,
        }

    def _network_part(self) -> dict[str, float]:
        before, now = self._network, self._network_bytes()
        if before is None or now is None:
            return {}
        # since the beginning, as MLflow has it
        return {
            "network_receive_megabytes": (now[0] - before[0]) / _MEGABYTE,
            "network_transmit_megabytes": (now[1] - before[1]) / _MEGABYTE,
        }

    def _network_bytes(self) -> tuple[int, int] | None:
        if self._psutil is not None:
            counters = self._psutil.net_io_counters()
            return counters.bytes_recv, counters.bytes_sent
        try:
            with open("/proc/net/dev", encoding="ascii", errors="replace") as file:
                rows = [line.partition(":")[2].split() for line in file.readlines()[2:]]
            return sum(int(row[0]) for row in rows), sum(int(row[8]) for row in rows)
        except (OSError, ValueError, IndexError):
            return None

    def _gpu_part(self) -> dict[str, float]:
        if self._nvidia is None:
            return {}
        text = _ask_gpus(self._nvidia)
        if text is None:
            # it does not answer on this machine: not asked again
            self._nvidia = None
            return {}
        return parse_gpus(text)


def parse_gpus(text: str) -> dict[str, float]:
    """Values of each graphics card from `nvidia-smi --format=csv,noheader,nounits`."""
    values: dict[str, float] = {}
    for line in text.splitlines():
        index, *fields = (field.strip() for field in line.split(","))
        if len(fields) != 5:
            continue
        load, used, total, draw, limit = (_maybe_number(field) for field in fields)
        named = {
            "utilization_percentage": load,
            "memory_usage_megabytes": None if used is None else used * _MEBI,
            "memory_usage_percentage": _share(used, total),
            "power_usage_watts": draw,
            "power_usage_percentage": _share(draw, limit),
        }
        values.update(
            (f"gpu_{index}_{name}", value) for name, value in named.items() if value is not None
        )
    return values


def _share(part: float | None, whole: float | None) -> float | None:
    return 100.0 * part / whole if part is not None and whole else None


def _maybe_number(text: str) -> float | None:
    """None for `[N/A]` and the like."""
    try:
        return float(text)
    except ValueError:
        return None


def _maybe_psutil():
    try:
        import psutil
    except ImportError:
        return None
    psutil.cpu_percent()
    return psutil


def _cpu_times() -> tuple[int, int] | None:
    """Idle and total time since the start of the machine, in ticks."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            # user nice system idle iowait irq softirq steal; guest times are in user already
            ticks = [int(field) for field in file.readline().split()[1:9]]
        return ticks[3] + ticks[4], sum(ticks)
    except (OSError, ValueError, IndexError):
        return None


def _memory() -> tuple[int, int]:
    """Total and available bytes. Raises OSError, ValueError where /proc does not tell."""
    found = {}
    with open("/proc/meminfo", encoding="ascii") as file:
        for line in file:
            name, _, rest = line.partition(":")
            if name in ("MemTotal", "MemAvailable"):
                found[name] = int(rest.split()[0]) * 1024
    if len(found) < 2:
        raise ValueError("/proc/meminfo does not tell the memory")
    return found["MemTotal"], found["MemAvailable"]


def _disk_part() -> dict[str, float]:
    import shutil

    try:
        # of the disk that is worked on; MLflow asks for that of "/"
        disk = shutil.disk_usage(os.getcwd())
    except OSError:
        return {}
    taken = disk.total - disk.free
    return {
        "disk_usage_percentage": 100.0 * taken / disk.total if disk.total else 0.0,
        "disk_usage_megabytes": taken / _MEGABYTE,
        "disk_available_megabytes": disk.free / _MEGABYTE,
    }


def _nvidia_smi() -> str | None:
    from .._process.programs import find_program

    return find_program("nvidia-smi")


def _ask_gpus(program: str) -> str | None:
    import subprocess

    command = [program, f"--query-gpu={_GPU_FIELDS}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_GPU_SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
