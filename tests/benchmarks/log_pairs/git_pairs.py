"""Jobs of git: many branches and repositories, made for the job."""

from __future__ import annotations

from pair import Fault, Job, pair

NAMES = [
    "avocado",
    "barley",
    "celery",
    "daikon",
    "endive",
    "fennel",
    "ginger",
    "horseradish",
    "iceberg",
    "jicama",
    "kale",
    "leek",
    "marrow",
    "navet",
    "okra",
    "parsnip",
    "quinoa",
    "radish",
    "spinach",
    "tomato",
]

SETUP = """
    export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=Nobody GIT_AUTHOR_EMAIL=nobody@example.org
    export GIT_COMMITTER_NAME=Nobody GIT_COMMITTER_EMAIL=nobody@example.org GIT_MERGE_AUTOEDIT=no GIT_PAGER=cat
    garden() {
        git init -q -b main "$1"; cd "$1"
        for name in NAMES; do seq 30 | sed "s/^/$name bed /" >$name.txt; done
        git add .; git commit -q -m 'Lay out the garden'
    }
"""


def script(text: str) -> str:
    """A script with the names in it."""
    return (SETUP + text).replace("NAMES", " ".join(NAMES))


@pair(
    Fault("conflict", r"^CONFLICT \(content\): Merge conflict in leek\.txt"),
    Fault("merge failed", r"^Automatic merge failed"),
    Fault(
        "not merged", r"^error: Merging is not possible|^error: you need to resolve|^fatal: Exiting because of|unmerged"
    ),
    Fault("branches left out", r"^Merge branch 'spinach'|Merge branch 'spinach'", "fewer"),
    goods=2,
)
def git_merge_conflict(job: Job) -> None:
    """Merge twenty branches one after the other; one conflicts with what was done on main."""
    job.shell(
        script(f"""
        garden repo
        for name in NAMES; do
            git checkout -q -b $name main
            sed -i "12s/.*/$name: watered on $RANDOM/" $name.txt; git commit -q -am "Water the $name"
        done
        git checkout main
        echo 'under the glass' >>kale.txt
        {"sed -i '12s/.*/leek: moved/' leek.txt" if job.failing else "sed -i '25s/.*/leek: moved/' leek.txt"}
        git commit -am 'Move beds'
        for name in NAMES; do git merge --no-ff --stat $name; git branch -v --contains $name; done
        git log --graph --oneline --stat -n 60
        git status
        """)
    )


@pair(
    Fault("rejected", r"^ ! \[rejected\] +main -> main \((fetch first|non-fast-forward)\)"),
    Fault("push failed", r"^error: failed to push some refs"),
    Fault("hint", r"^hint: "),
    goods=2,
)
def git_rejected_push(job: Job) -> None:
    """Push twenty repositories; somebody else pushed to one of them before."""
    other = """
        git clone -q remotes/radish.git other; cd other
        echo 'bed of somebody else' >new.txt; git add .; git commit -q -m 'Add a bed'; git push -q; cd ..
    """
    job.shell(
        script(f"""
        mkdir remotes copies
        for name in NAMES; do
            (garden seed-$name); git clone -q --bare seed-$name remotes/$name.git
            git clone -q remotes/$name.git copies/$name
        done
        {other if job.failing else ""}
        for name in NAMES; do
            cd copies/$name
            for step in 1 2 3; do
                echo "step $step of $RANDOM" >>$name.txt; git commit -am "Step $step in the $name"
            done
            git push --progress 2>&1 | tr '\\r' '\\n'
            cd ../..
        done
        """)
    )


@pair(
    Fault(
        "corrupt object",
        r"^error: (inflate|corrupt|unable to unpack|garbage)|loose object .* is corrupt|object corrupt",
    ),
    Fault(
        "cannot clone",
        r"^fatal: .*(loose object|packed object|unable to read|remote did not send|early EOF)|^error: .* died",
    ),
    Fault("nothing checked out", r"fennel\.txt.*okra|copies/okra: \d+ files", "fewer"),
)
def git_corrupt_object(job: Job) -> None:
    """Check and copy twenty repositories; an object of one is damaged."""
    damage = """
        object=$(git -C garden-okra rev-parse HEAD:okra.txt)
        path=garden-okra/.git/objects/${object:0:2}/${object:2}
        chmod u+w $path; printf 'damage' | dd of=$path bs=1 seek=9 conv=notrunc 2>/dev/null
    """
    job.shell(
        script(f"""
        for name in NAMES; do (garden garden-$name); done
        {damage if job.failing else ""}
        for name in NAMES; do
            echo "== $name"; git -C garden-$name fsck --full --verbose 2>&1 | cut -c 1-90 | tail -n 14
            git clone --no-local garden-$name copies/$name 2>&1 | tr '\\r' '\\n'
            [ -d copies/$name ] && echo "copies/$name: $(ls copies/$name | wc -l) files"
        done
        """)
    )


@pair(
    Fault("detached", r"HEAD detached at|You are in 'detached HEAD' state|Note: switching to"),
    Fault("push impossible", r"fatal: You are not currently on a branch"),
    Fault("commit on no branch", r"\[detached HEAD"),
    goods=2,
    stamped=True,
)
def git_detached_head(job: Job) -> None:
    """A release job commits and pushes in twenty repositories; in one a tag is checked out instead of a branch."""
    job.shell(
        script(f"""
        mkdir remotes copies
        for name in NAMES; do
            (garden seed-$name; git tag v1.0); git clone -q --bare seed-$name remotes/$name.git
            git clone -q remotes/$name.git copies/$name
        done
        for name in NAMES; do
            cd copies/$name
            at=main; {"[ $name = marrow ] && at=v1.0" if job.failing else ":"}
            git checkout $at; git status
            echo "released as $RANDOM" >>$name.txt; git commit -am "Release $name"; git push --no-progress
            cd ../..
        done
        """)
    )
