"""What this process runs on: operating system, processor, memory, graphics cards, Python."""

from __future__ import annotations

import os
import sys

_GPU_SECONDS = 5.0
# Programs of this field look at these; names alone are recorded, never values.
_VARIABLES = (
    "CONDA_DEFAULT_ENV",
    "CUBLAS_",
    "CUDA_",
    "DASK_",
    "HF_",
    "HIP_",
    "JAX_",
    "KERAS_",
    "KMP_",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "LIGHTGBM_",
    "MASTER_",
    "MKL_",
    "MLFLOW_",
    "NCCL_",
    "NUMBA_",
    "NUMEXPR_",
    "NVIDIA_",
    "OMP_",
    "OPENBLAS_",
    "PYTHON",
    "PYTORCH_",
    "RANK",
    "RAY_",
    "ROCR_",
    "RUNLENS_",
    "SLURM_",
    "TF_",
    "TOKENIZERS_",
    "TORCH",
    "TRANSFORMERS_",
    "VIRTUAL_ENV",
    "WORLD_SIZE",
    "XLA_",
)


def python_facts() -> dict:
    """Version, implementation and path of the interpreter."""
    return {
        "version": ".".join(str(part) for part in sys.version_info[:3]),
        "implementation": sys.implementation.name,
        "executable": sys.executable or "",
    }


def system_facts() -> dict:
    """Operating system, machine, processor, memory in bytes (0: not known), graphics cards."""
    return {
        "os": _os_name(),
        "machine": os.uname().machine if hasattr(os, "uname") else _processor_of_windows(),
        "cpu": _cpu_name(),
        "cpus": os.cpu_count() or 0,
        "memory": _memory(),
        "gpus": _gpu_names(),
    }


def variable_names() -> list[str]:
    """Names of the environment variables that such programs look at."""
    return sorted(name for name in os.environ if name.startswith(_VARIABLES))


def _os_name() -> str:
    if sys.platform == "win32":
        version = sys.getwindowsversion()
        return f"Windows {version.major}.{version.minor}.{version.build}"
    system = os.uname()
    distribution = _distribution() if sys.platform == "linux" else ""
    kernel = f"{system.sysname} {system.release}"
    return f"{distribution} ({kernel})" if distribution else kernel


def _distribution() -> str:
    for line in _lines("/etc/os-release"):
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip().strip('"')
    return ""


def _cpu_name() -> str:
    for line in _lines("/proc/cpuinfo", 4096):
        if line.startswith(("model name", "Model")):
            return line.partition(":")[2].strip()
    if sys.platform == "darwin":
        return _output(["sysctl", "-n", "machdep.cpu.brand_string"])
    return _processor_of_windows()


def _processor_of_windows() -> str:
    return os.environ.get("PROCESSOR_IDENTIFIER", "")


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


_gpus: list[str] | None = None


def _gpu_names() -> list[str]:
    """Asked once per process: it takes nvidia-smi up to a second."""
    global _gpus
    if _gpus is None:
        _gpus = _ask_gpu_names()
    return _gpus


def _ask_gpu_names() -> list[str]:
    from .._process.programs import find_program

    program = find_program("nvidia-smi")
    if program is None:
        return []
    fields = "--query-gpu=name,memory.total,driver_version"
    text = _output([program, fields, "--format=csv,noheader"])
    return [line.strip() for line in text.splitlines() if line.strip()]


def _output(command: list[str]) -> str:
    import subprocess

    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_GPU_SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def _lines(file: str, most: int = 65_536) -> list[str]:
    try:
        with open(file, encoding="utf-8", errors="replace") as text:
            return text.read(most).splitlines()
    except OSError:
        return []
