"""What docker says: which containers run, and where it puts what one of them prints. Podman's docker says the same."""

from __future__ import annotations

import subprocess
from typing import NamedTuple

from ..errors import LoglingError
from ..reading.log_names import CONTAINER_FIELD
from .child import end_child, start_child

ANSWER_WITHIN = 60.0  # seconds
FILE_DRIVERS = ("json-file", "k8s-file")  # Docker's, and Podman's in the form of Kubernetes
_WHERE = "{{.Name}} {{.HostConfig.LogConfig.Type}} {{.LogPath}}"


class ContainerLog(NamedTuple):
    """Where what a container prints is kept."""

    name: str
    driver: str
    path: str

    def source(self) -> dict[str, str]:
        """The keys of a `[[source]]` that reads it. Raises LoglingError where nothing but docker can read it."""
        if self.driver == "journald":
            return {"journal": f"{CONTAINER_FIELD}{self.name}", "name": self.name}
        if self.driver in FILE_DRIVERS and self.path:
            return {"files": f"{self.path}*", "name": self.name}
        raise LoglingError(
            f"what the container {self.name} prints goes to docker's log driver {self.driver!r}, which cannot be read "
            "here: make the container with --log-driver json-file or journald"
        )


def running_containers() -> list[str]:
    """The names of the containers that run, sorted. Raises LoglingError."""
    return sorted(ask_docker("ps", "--format", "{{.Names}}").decode(errors="replace").split())


def find_container(name: str) -> ContainerLog:
    """Where a container's log is. Raises LoglingError, which names those that run where this one is not known."""
    try:
        told = ask_docker("inspect", "--type", "container", "--format", _WHERE, "--", name)
    except LoglingError as error:
        raise LoglingError(f"{error}{_others()}") from None
    found, driver, path = (told.decode(errors="replace").strip() + "  ").split(" ", 2)
    return ContainerLog(found.removeprefix("/") or name, driver, path.strip())


def _others() -> str:
    """Which containers there are instead; where docker does not say, how to do without it."""
    try:
        names = running_containers()
    except LoglingError:
        return ": give the container's log itself, as --source '/var/lib/docker/containers/ID/ID-json.log*'"
    return f". These run: {', '.join(names)}" if names else ". No container runs"


def ask_docker(*arguments: str) -> bytes:
    """What docker prints. Raises LoglingError with what it says is wrong."""
    child = start_child(["docker", *arguments], subprocess.STDOUT)
    try:
        printed, _ = child.communicate(timeout=ANSWER_WITHIN)
    except subprocess.TimeoutExpired:
        raise LoglingError(f"docker {arguments[0]} gave no answer within {ANSWER_WITHIN:.0f} seconds") from None
    finally:
        end_child(child)
    if child.returncode:
        said = printed.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise LoglingError(f"docker {arguments[0]} failed: {said[0]}")
    return printed
