"""A throwaway copy of this machine: an overlay of its disk in namespaces of its own, gone when the command ends.

Needs root and Debian. What the daemons need is installed once, into a layer in the scratch folder, never on the
machine itself.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

PACKAGES = [
    "nginx-light",
    "openssh-server",
    "redis-server",
    "rsyslog",
    "dnsmasq-base",
    "runit",
    "busybox-static",
    "cron",
    "qemu-system-x86",
    "linux-image-cloud-amd64",
    "cpio",
    "e2fsprogs",
    "iproute2",
]

ENTER = r"""
set -e
mount --make-rprivate /
mkdir -p "$DISK"
mount -t tmpfs tmpfs "$DISK"
mkdir "$DISK/tree" "$DISK/layer" "$DISK/top"
lower=/
if [ -n "$LAYER" ]; then
    cp -a "$LAYER/." "$DISK/layer/"
    lower=$DISK/layer:/
fi
if [ -n "$MADE" ]; then
    top=$MADE
else
    top=$DISK/top
    mount -t tmpfs -o size="$SIZE" tmpfs "$top"
fi
mkdir -p "$top/upper" "$top/work"
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$top/upper,workdir=$top/work" "$DISK/tree"
mount -t proc proc "$DISK/tree/proc"
mount --rbind /dev "$DISK/tree/dev"
mount --rbind /sys "$DISK/tree/sys"
if [ -n "$SHARED" ]; then
    mkdir -p "$DISK/tree$SHARED"
    mount --bind "$SHARED" "$DISK/tree$SHARED"
fi
[ -z "$ALONE" ] || ip link set lo up
printf '#!/bin/sh\nexit 101\n' >"$DISK/tree/usr/sbin/policy-rc.d"
chmod +x "$DISK/tree/usr/sbin/policy-rc.d"
cd "$DISK/tree"
exec chroot "$DISK/tree" "$@"
"""


def layer(scratch: Path) -> Path:
    """The folder that holds the files of the daemons' packages, made when it is not there."""
    made = scratch / "layer"
    if not (made / "complete").exists():
        made.mkdir(parents=True, exist_ok=True)
        script = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(PACKAGES)} && apt-get clean"
        command = enter(["sh", "-c", script], network=True)
        variables = environment(scratch) | {"MADE": str(made)}
        subprocess.run(command, check=True, env=variables, stdout=subprocess.DEVNULL)
        (made / "complete").touch()
    return made / "upper"


def enter(command: list[str], network: bool) -> list[str]:
    """The command line that runs a command in a copy, which ends when its parent does.

    Without `network` it has a loopback of its own alone.
    """
    spaces = ["--mount", "--pid", "--fork", "--kill-child", "--ipc", "--uts"] + ([] if network else ["--net"])
    with_its_parent = ["setpriv", "--pdeathsig", "KILL"]
    return [*with_its_parent, "unshare", *spaces, "sh", "-c", ENTER, "machine", *command]


def environment(
    scratch: Path, layer: Path | None = None, size: str = "3g", shared: Path | None = None, alone: bool = False
) -> dict[str, str]:
    """What ENTER reads: the layer above the disk, room for what is written, and a folder that both machines see."""
    return {
        **os.environ,
        "DEBIAN_FRONTEND": "noninteractive",
        "DISK": str(scratch / "disk"),
        "LAYER": str(layer or ""),
        "MADE": "",
        "SIZE": size,
        "SHARED": str(shared or ""),
        "ALONE": "1" if alone else "",
    }
