"""What the kernel knows of a process: its memory, and the time it was kept waiting for a processor."""

from pathlib import Path

PROC = Path("/proc")


def memory(pid: int) -> float:
    """Resident memory in MB (10^6 bytes)."""
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "VmRSS":
            return int(value.split()[0]) * 1024 / 1e6
    raise LookupError(f"no memory is known of process {pid}")


def kept_waiting(pid: int) -> float:
    """Seconds in which the process's main thread could have run, had others not had the processors."""
    return int((PROC / str(pid) / "schedstat").read_text().split()[1]) / 1e9


def processor_time(pid: int) -> float:
    """Seconds of processor time the process has used."""
    used = [(task / "schedstat").read_text().split()[0] for task in (PROC / str(pid) / "task").iterdir()]
    return sum(int(each) for each in used) / 1e9
