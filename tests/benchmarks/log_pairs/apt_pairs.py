"""Jobs of apt: packages of Debian, and made-up ones from a repository on the loopback."""

from __future__ import annotations

from pair import Fault, Job, pair

APT = "apt-get -q -y -o Dpkg::Use-Pty=0 --no-install-recommends"
GROUPS = [
    "tree pv",
    "xmlstarlet",
    "figlet toilet",
    "units bc dc",
    "dos2unix tofrodos",
    "rlwrap ledit",
    "pigz lzop lz4",
    "cowsay fortune-mod",
    "ncal calendar",
    "ed ne",
    "mawk datamash",
    "dictd dict",
    "rsync unison",
    "colordiff wdiff",
]
MADE_UP = [
    "anchor",
    "binnacle",
    "capstan",
    "deadeye",
    "forestay",
    "galley",
    "halyard",
    "jibsheet",
    "keelson",
    "lanyard",
    "mizzen",
    "oarlock",
]

POSTINST = """#!/bin/sh
set -e
echo "NAME: creating the system user _NAME"
echo "NAME: writing /etc/NAME.conf"
for part in schema index cache; do echo "NAME: preparing the $part (process $$)"; done
EXTRA
echo "NAME: ready"
"""


@pair(
    Fault("no such package", r"^E: Unable to locate package xmlstarlett"),
    Fault("its command is missing", r"xmlstarlet: (command )?not found"),
    goods=2,
)
def apt_missing_package(job: Job) -> None:
    """Install groups of packages one after the other and try a command of each; one name is misspelled."""
    groups = [group.replace("xmlstarlet", "xmlstarlett") if job.failing else group for group in GROUPS]
    installs = "\n".join(f"{APT} install {group}" for group in groups)
    job.on_machine(f"{APT} update\n{installs}\nxmlstarlet --version\ntree --version\npigz --version", network=True)


@pair(
    Fault("disk full", r"No space left on device"),
    Fault("package not unpacked", r"^dpkg: error processing archive|cannot copy extracted data"),
    Fault("install gave up", r"Sub-process /usr/bin/dpkg returned an error code|needed to be installed|free space in"),
)
def apt_disk_full(job: Job) -> None:
    """Install many packages on a disk that is large enough, or too small."""
    fill = "df --output=avail -m / | tail -n 1 | { read free; head -c $((free - 68))M /dev/zero >/var/tmp/backup.img; }"
    job.on_machine(
        f"{APT} update\n{fill if job.failing else ''}\n"
        f"{APT} install xmlstarlet tree pv units bc dc pigz lz4 colordiff wdiff ne datamash rlwrap\n"
        f"{APT} install emacs-nox groff cowsay fortune-mod dict",
        network=True,
        size="700m",
    )


def repository(job: Job, versions: dict[str, str], depends: dict[str, str], extra: dict[str, str]) -> str:
    """A script that builds the made-up packages and serves them on the loopback as apt's only source.

    `versions`, `depends` and `extra`, a line of the script after installation, are by package where they are unusual.
    """
    for place, name in enumerate(MADE_UP):
        before = depends.get(name, f"{MADE_UP[place - 1]} (>= 1.2)" if place % 3 else "")
        control = (
            f"Package: {name}\nVersion: {versions.get(name, '1.2.3-1')}\nArchitecture: all\n"
            f"Maintainer: Nobody <nobody@example.org>\nDescription: the {name} of a made-up ship\n"
        )
        job.write(f"build/{name}/DEBIAN/control", control + (f"Depends: {before}\n" if before else ""))
        script = POSTINST.replace("NAME", name).replace("EXTRA", extra.get(name, "true"))
        job.write(f"build/{name}/DEBIAN/postinst", script).chmod(0o755)
        job.write(f"build/{name}/usr/share/{name}/data.txt", f"{name}\n" * 500)
    return """
        mkdir mirror
        for name in build/*; do dpkg-deb --root-owner-group --build $name mirror/ >/dev/null; done
        cd mirror; dpkg-scanpackages . >Packages 2>/dev/null; cd ..
        rm -f /etc/apt/sources.list.d/* /etc/apt/sources.list
        echo 'deb [trusted=yes] http://127.0.0.1:8000/ ./' >/etc/apt/sources.list.d/ship.list
        python3 -m http.server 8000 --bind 127.0.0.1 --directory mirror >/dev/null 2>&1 &
        for try in $(seq 50); do : 2>/dev/null >/dev/tcp/127.0.0.1/8000 && break; sleep 0.1; done
    """


def installs(together: int) -> str:
    """A script that installs the made-up packages, some at a time, and lists them."""
    steps = [MADE_UP[i : i + together] for i in range(0, len(MADE_UP), together)]
    return (
        "\n".join(f"{APT} install {' '.join(step)}" for step in steps) + f"\ndpkg -l {' '.join(MADE_UP)}\ndpkg --audit"
    )


@pair(
    Fault("truncated at the mirror", r"File has unexpected size|Mirror sync in progress"),
    Fault("not fetched", r"^E: Failed to fetch|^E: Unable to fetch some archives"),
    Fault("not installed", r"no packages found matching galley|^E: Unable to correct|dpkg-query: no packages"),
)
def apt_broken_mirror(job: Job) -> None:
    """Install from a mirror on the loopback, of which one package was cut short."""
    broken = "truncate -s -40 mirror/galley_*.deb" if job.failing else ""
    job.on_machine(f"{repository(job, {}, {}, {})}\n{broken}\n{APT} update\n{installs(4)}")


@pair(
    Fault("wants a newer version", r"jibsheet : Depends: halyard \(>= 2"),
    Fault("unmet dependencies", r"^The following packages have unmet dependencies|^E: Unable to correct problems"),
    Fault("nothing of the group is there", r"^dpkg-query: no packages found matching"),
)
def apt_unmet_dependency(job: Job) -> None:
    """Install from a repository in which one package wants a newer version of another than there is."""
    depends = {"jibsheet": "halyard (>= 2.0)"} if job.failing else {}
    job.on_machine(f"{repository(job, {}, depends, {})}\n{APT} update\n{installs(3)}")


@pair(
    Fault("its script fails", r"keelson: cannot reach the registry of ships"),
    Fault("not configured", r"installed keelson package post-installation script subprocess returned error"),
    Fault("what depends on it", r"^dpkg: dependency problems prevent configuration of lanyard"),
    Fault("install failed", r"^E: Sub-process /usr/bin/dpkg returned an error code|Errors were encountered"),
    Fault("half there", r"^iF +keelson|^iU +lanyard"),
    goods=3,
)
def apt_failing_script(job: Job) -> None:
    """Install packages of which one's script after installation fails."""
    extra = {"keelson": 'echo "keelson: cannot reach the registry of ships" >&2; exit 3'} if job.failing else {}
    depends = {"lanyard": "keelson"}
    job.on_machine(f"{repository(job, {}, depends, extra)}\n{APT} update\n{installs(6)}\n{APT} install anchor")
