"""The remote of the site: take over or merge what others pushed there, and push what was committed here.

Nothing is ever forced or rewritten. If both sides have new weights, the remote's are kept, because clients have them.
If the remote no longer has the commit that it had at its tip, somebody has withdrawn it. Then nothing is taken over or
pushed until a person says so.

In a site that homes share, a home looks at its own weights alone: others' come and go with their commits, and only the
home whose own weights were withdrawn is held.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from pathlib import Path

from ..installation import is_newer, program_version
from ..reading.url_secrets import mask_urls
from ..settings import is_path
from .commit_message import FIRST_SUBJECT, VERSION_TRAILER, format_message
from .git import ORIGIN, GitError, SiteError
from .models_list import MODELS, weights_files, with_list
from .repository import Repository, literally
from .ssh import SETTINGS, quiet_ssh
from .tree_links import refuse_links_of
from .work_tree import WorkTree

REFSPEC = f"+refs/heads/*:refs/remotes/{ORIGIN}/*"
BEHIND = re.compile(r"\[rejected\] \((fetch first|non-fast-forward)\)")
OVERTAKEN = re.compile(r"\[rejected\]")  # not "[remote rejected]", which a hook or a rule there says
BUSY = re.compile(r"cannot lock ref|failed to update ref|incorrect old value|unable to create .*\.lock", re.IGNORECASE)
TRIES = 5  # while another program keeps committing here
SECONDS_WHILE_BUSY = 0.2  # more, each time, while another push holds a lock there
MOST_PUSHES = 60  # in a row, while other homes push; each that is refused means that another one went through
PAGE_FILE = re.compile(r"web/[^/]+")


class Withdrawn(SiteError):
    """The remote no longer has the commit that it had at its tip."""

    def __init__(self, commit: str, now: str) -> None:
        has = f"its branch is at {now[:9]}" if now else "its branch is gone"
        self.what = f"the remote no longer has commit {commit[:9]}, which was its tip: {has}; somebody has withdrawn it"
        super().__init__(
            f"{self.what}. Nothing is pushed until `logling resume`, which takes over what the remote has then"
        )
        self.commit = commit


class Remote:
    """Where the site is pushed to. Only for a site whose settings name one."""

    def __init__(self, repository: Repository, work_tree: WorkTree) -> None:
        self._repository = repository
        self._work_tree = work_tree
        self._git = repository.git
        self._branch = repository.settings.branch
        self._url = repository.settings.remote
        self._refspec = f"HEAD:refs/heads/{self._branch}"
        self._tracking = f"refs/remotes/{ORIGIN}/{self._branch}"
        place = hashlib.sha256(f"{self._url} {self._branch}".encode()).hexdigest()[:16]
        self._last = f"refs/logling/{place}"  # the remote's last known tip; a fetch that prunes leaves it

    def synchronise(self) -> list[str]:
        """Take over what the remote has and this clone has not. Returns what was merged.

        Raises Withdrawn if the remote no longer has what it had at its tip, SiteError, GitError.

        If both have new commits, they are merged. The remote's weights are the champion from then on if it has changed
        them, else ours stay. Conflicts in other files are left to a person.
        """
        try:
            theirs = self._fetched()
        except Withdrawn as withdrawn:
            if self._withdrew_ours(self._known()):
                raise
            left, _ = self.accept()
            here = f"{left} commits of others were left out here too"
            return [f"{withdrawn.what}. These weights are not among it: {here}"]
        if theirs:
            refuse_links_of(self._repository, theirs)
        self._note(theirs)
        for _ in range(TRIES):
            if not theirs:
                return []
            tip = self._repository.tip()
            ours, others = self._count_apart(tip, theirs)
            if not others:
                return []
            is_news = ours and not self._repository.settings.folder  # in a shared site it is what happens every week
            merged = [f"merged {others} commits of the remote with {ours} of ours"] if is_news else []
            if self._advance(tip, self._merged(tip, theirs) if ours else theirs):
                return merged
        raise SiteError(f"another program commits to {self._repository.path} all the time: let it finish")

    def _fetched(self) -> str:
        """The remote's tip now, empty if it has none. Raises Withdrawn if the tip that it had is not in it."""
        self._set_origin()
        self._reach("fetch", "--quiet", "--prune", ORIGIN, REFSPEC)
        theirs, last = self._known(), self.last_tip()
        if last and not (theirs and self._contains(theirs, last)):
            raise Withdrawn(last, theirs)
        return theirs

    def _withdrew_ours(self, theirs: str) -> bool:
        """Whether this home's weights are among what was withdrawn, or it has commits that the remote never had.

        Where homes share no site, all of it is this home's.
        """
        last = self.last_tip()
        if not (self._repository.settings.folder and theirs):
            return True
        if self._git("rev-list", "--no-merges", "--max-count=1", "HEAD", f"^{last}"):
            return True
        return not self._same_weights(theirs, last)

    def last_tip(self) -> str:
        """The remote's tip as it was last seen or pushed; empty if it never had one."""
        return self._git("rev-parse", "--verify", "--quiet", self._last, allowed=1)

    def _note(self, tip: str) -> None:
        if tip:
            self._git("update-ref", self._last, tip)
        else:
            self._git("update-ref", "-d", self._last)

    def _contains(self, tip: str, commit: str) -> bool:
        """Whether a commit is in the history of a tip."""
        try:
            self._git("merge-base", "--is-ancestor", commit, tip)
        except GitError as error:
            if error.status != 1:
                raise
            return False
        return True

    def accept(self) -> tuple[int, str]:
        """Take over the remote's history as it is, also where it was rewritten.

        Where its branch is gone, a commit with the page and without weights takes the place of the history here.
        Returns how many commits of the branch here are no longer on it, and the tip. Raises SiteError if a person's
        changes are in the way.
        """
        tip = self._repository.tip()
        try:
            self._note(self._fetched())
            return 0, tip
        except Withdrawn:
            theirs = self._known()
        if theirs:
            refuse_links_of(self._repository, theirs)
        begun = theirs or self._page_alone(tip)
        left = self._git("rev-list", "--count", tip, f"^{begun}")
        if not self._advance(tip, begun):
            raise SiteError(f"another program commits to {self._repository.path}: let it finish")
        self._note(theirs)
        return int(left), begun

    def _page_alone(self, tip: str) -> str:
        """A first commit with all that a commit has but its weights."""
        tree = self._tree_with(tip, dict.fromkeys(weights_files(self._repository, tip), ""))
        message = format_message(FIRST_SUBJECT, {VERSION_TRAILER: program_version()})
        return self._repository.commit_of(tree, [], message)

    def _count_apart(self, tip: str, theirs: str) -> tuple[int, int]:
        """How many commits each side has that the other has not."""
        if not tip:
            return 0, 1
        ours, others = self._git("rev-list", "--left-right", "--count", f"{tip}...{theirs}").split()
        return int(ours), int(others)

    def _advance(self, tip: str, commit: str) -> bool:
        """Move work tree, index and branch from the tip to a commit that contains it.

        False, with everything as before, if another program has moved the branch meanwhile.
        """
        if reason := self._work_tree.follow(tip, commit):
            raise SiteError(reason)
        try:
            self._repository.move_branch("logling: take over", commit, tip)
        except GitError:
            if (moved := self._repository.tip()) == tip:
                raise
            self._work_tree.follow(commit, moved)
            self._work_tree.finish()
            return False
        self._work_tree.finish()
        return True

    def _merged(self, tip: str, theirs: str) -> str:
        """A merge commit of our tip and the remote's. Raises SiteError if only a person can merge them."""
        options = ["--allow-unrelated-histories"] if self._began_as_site(theirs) else []
        settled: dict[str, str] = {}
        try:
            tree = self._git("merge-tree", *options, "--write-tree", "--name-only", tip, theirs)
        except GitError as error:
            if error.status != 1:
                raise
            tree, _, rest = error.output.partition("\n")
            settled = self._settled(rest.split("\n\n")[0].splitlines(), tip, theirs)
        tree = self._tree_with(tree, settled)
        return self._repository.commit_of(tree, [tip, theirs], "Merge what the remote has\n")

    def _began_as_site(self, theirs: str) -> bool:
        """Whether a first commit of the remote is a site's: two homes that begin at the same time make one each."""
        subjects = self._git("log", "--max-parents=0", "--format=%s", theirs, "--").splitlines()
        return FIRST_SUBJECT in subjects

    def _settled(self, conflicts: list[str], tip: str, theirs: str) -> dict[str, str]:
        """The files that both sides have changed, with what they must be. Raises SiteError if a person must say that.

        The weights are those of the remote, which has none if it took them back. Of two upgrades the newer page stays.
        """
        weights = self._repository.weights_name
        page = [name for name in conflicts if name not in (weights, MODELS)]
        settled = {weights: self._repository.blob(theirs, weights)} if weights in conflicts else {}
        if not page:
            return settled
        versions = [[self._version_that_left(side, name) for name in page] for side in (tip, theirs)]
        if not all(all(found) for found in versions) or not all(map(PAGE_FILE.fullmatch, page)):
            path = self._repository.path
            raise SiteError(f"the remote and {path} have both changed {', '.join(page)}: merge them there")
        newer = tip if is_newer(versions[0][0], versions[1][0]) else theirs
        return settled | {name: self._repository.blob(newer, name) for name in page}

    def _version_that_left(self, side: str, name: str) -> str:
        """The version whose commit was the last to change a file on one side; empty if it was a person's."""
        trailer = f"--format=%(trailers:key={VERSION_TRAILER},valueonly)"
        return self._git("log", "--max-count=1", trailer, side, "--", literally(name))

    def _tree_with(self, base: str, files: dict[str, str]) -> str:
        """A commit or tree, changed to have these files, and its list of models as they are then."""
        with self._repository.index_with(base, with_list(self._repository, base, files)) as variables:
            return self._git("write-tree", variables=variables)

    def ahead(self) -> int:
        """How many commits the remote did not have when it was last asked. 0 without a remote."""
        return len(self.unpushed())

    def unpushed(self) -> set[str]:
        """The commits that the remote did not have when it was last asked. Empty without a remote."""
        tip = self._repository.tip()
        if not self._url or not tip:
            return set()
        known = self._known()
        return set(self._git("rev-list", tip, *(["^" + known] if known else [])).split())

    def push_over(self) -> list[str]:
        """Push the branch, over what others have pushed meanwhile. Returns what was merged. Raises SiteError.

        If it was the weights that others changed, it stays with the refusal: the next run compares with theirs.
        """
        merged: list[str] = []
        busy = 0  # in a row: how often another push held a lock there
        for _ in range(MOST_PUSHES):
            known = self._known()
            try:
                self.push()
                return merged
            except GitError as error:
                if not OVERTAKEN.search(str(error)) and not BUSY.search(str(error)):
                    raise
                theirs = self._fetched()
                if theirs != known and not self._same_weights(theirs, known):
                    raise
                busy = busy + 1 if theirs == known else 0
                if busy > TRIES or (busy and not BUSY.search(str(error))):
                    raise
                merged += self.synchronise()
                time.sleep(busy * SECONDS_WHILE_BUSY)
        raise SiteError("others push to the remote all the time: the next run tries again")

    def _same_weights(self, one: str, other: str) -> bool:
        """Whether two commits have the same weights of this home, or both none."""
        name = self._repository.weights_name
        return self._repository.blob(one, name) == self._repository.blob(other, name)

    def push(self) -> None:
        """Push the branch. Raises GitError with git's reason.

        The remote must still be where it was last seen, so that what was withdrawn meanwhile is not pushed again.
        """
        self._set_origin()
        tip, known = self._repository.tip(), self._known()
        is_plain = len(self._configured("url")) == 1 and not self._configured("pushurl")  # others may lag behind
        lease = [f"--force-with-lease=refs/heads/{self._branch}:{known}"] if is_plain else []
        if known and not self._contains(tip, known):
            lease = []  # git refuses it without, and would force it with
        self._reach("push", "--quiet", "--porcelain", *lease, ORIGIN, f"{tip}:refs/heads/{self._branch}")
        self._git("update-ref", self._tracking, tip)  # git itself does not where a person's refspecs lead elsewhere
        self._note(tip)

    def check(self) -> None:
        """Check that the remote answers, and that it would take a push. Raises GitError with git's reason.

        Hooks of the remote are not asked. Commits of others that are not here yet are no fault: a run takes them over.
        """
        where = ORIGIN if self._configured("url")[:1] == [self._url] else self._url
        push = ("push", "--dry-run", "--porcelain", where, self._refspec)
        try:
            self._reach(*(push if self._repository.tip() else ("ls-remote", "--", where)))
        except GitError as error:
            if not BEHIND.search(error.output):
                raise

    def describe_withdrawn(self) -> str:
        """Why something was withdrawn from the remote, as far as that is seen without a fetch. Raises GitError."""
        last, ours = self.last_tip(), f"refs/heads/{self._branch}"
        lines = self._reach("ls-remote", "--", self._url, ours).splitlines()
        now = next((line.partition("\t")[0] for line in lines if line.endswith(f"\t{ours}")), "")
        if not last or now == last or (now and not self._has(now)):
            return ""
        if (now and self._contains(now, last)) or not self._withdrew_ours(now):
            return ""
        return str(Withdrawn(last, now))

    def _has(self, commit: str) -> bool:
        return bool(self._git("rev-parse", "--verify", "--quiet", commit + "^{commit}", allowed=1))

    def describe_default_branch(self) -> str:
        """Why a clone of the remote would be without the weights, and what to do. Empty if it has them.

        A clone has the branch that HEAD names there. Raises GitError.
        """
        ours = f"refs/heads/{self._branch}"
        lines = self._reach("ls-remote", "--symref", "--", self._url, "HEAD", ours).splitlines()
        pairs = [line.partition("\t")[::2] for line in lines]
        named = next((what.removeprefix("ref: ") for what, name in pairs if what.startswith("ref: ")), "")
        ids = {name: what for what, name in pairs if not what.startswith("ref: ")}
        if not ids:
            named = self._default_of_empty()
        if named == ours or (not named and ids.get("HEAD") == ids.get(ours)):
            return ""
        what = f"the branch {named.removeprefix('refs/heads/')}" if named else "nothing"
        return (
            f"clones get {what}, because HEAD of the remote is not {self._branch}: `git symbolic-ref HEAD {ours}` in "
            f"the repository there, or make {self._branch} its default branch where it is hosted; until then "
            f"`git clone --branch {self._branch} {mask_urls(self._url)}`"
        )

    def _default_of_empty(self) -> str:
        """The branch that HEAD of a remote without commits names.

        It is known of a path alone. A host may take the first branch that is pushed for the default.
        """
        path = Path(self._url.removeprefix("file://"))
        for head in (path / ".git" / "HEAD", path / "HEAD"):
            if is_path(str(path)) and head.is_file():
                return head.read_text(encoding="utf-8", errors="replace").removeprefix("ref:").strip()
        return ""

    def _reach(self, *arguments: str) -> str:
        """A git command that goes over the network. ssh has half its time to connect, so that it can say why not."""
        lines = self._git("config", "--get-regexp", SETTINGS, allowed=1).splitlines()
        configured = dict(line.split(" ", 1) for line in lines if " " in line)
        ssh = quiet_ssh(os.environ, configured, self._repository.settings.seconds / 2)
        return self._git(*arguments, variables=ssh)

    def _set_origin(self) -> None:
        """Make the first URL of `origin`, the one that is fetched from, what the settings say now.

        They may have been edited since the site was made. Further URLs and all else of `origin` are a person's.
        """
        config = self._repository.folder / "config"
        if mask_urls(self._url) != self._url and config.stat().st_mode & 0o077:
            config.chmod(0o600)
        before = self._configured("url")[:1]
        if not before:
            self._git("config", f"remote.{ORIGIN}.url", self._url)
        elif before != [self._url]:
            for name in ("url", "pushurl"):
                self._replace(name, before[0])
        if not self._configured("fetch"):
            self._git("config", f"remote.{ORIGIN}.fetch", REFSPEC)

    def _replace(self, name: str, before: str) -> None:
        """Put the URL of the settings where another was among the URLs of `origin`, once."""
        key, urls = f"remote.{ORIGIN}.{name}", self._configured(name)
        if before in urls:
            if self._url in urls:
                self._git("config", "--fixed-value", "--unset-all", key, self._url)
            self._git("config", "--fixed-value", "--replace-all", key, self._url, before)

    def _configured(self, name: str) -> list[str]:
        """All values of a setting of `origin`."""
        return self._git("config", "--get-all", f"remote.{ORIGIN}.{name}", allowed=1).splitlines()

    def _known(self) -> str:
        """The remote's commit when it was last asked, empty if it has none."""
        return self._git("rev-parse", "--verify", "--quiet", self._tracking, allowed=1)
