"""Log files opened: what is refused, and that nothing stays open."""

import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest

from service.sources.log_file import OpenLog, RefusedFile


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)) * 300, b"\x7fELF" + b"\0\1\2" * 5_000, gzip.compress(bytes(range(256)) * 9)],
)
def test_a_binary_file_is_refused_with_the_reason(tmp_path: Path, data: bytes) -> None:
    with OpenLog(write(tmp_path / "a.log", data)) as log, pytest.raises(RefusedFile, match=r"a\.log: looks binary"):
        log.refuse_binary()


@pytest.mark.parametrize(
    "data",
    [b"", b"one\n", b"\0" * 100_000 + b"one\n", "größe\n".encode("latin-1"), b"\x1b[31mred\x1b[0m\r\n" * 99],
)
def test_odd_text_is_not_taken_for_binary(tmp_path: Path, data: bytes) -> None:
    with OpenLog(write(tmp_path / "a.log", data)) as log:
        log.refuse_binary()


def tar_of(name: str, data: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (tar_of("a.log", b"one\n" * 99), "a tar archive"),
        (gzip.compress(tar_of("a.log", b"one\n" * 99)), "a tar archive"),
        (b"BZh91AY&SY" + bytes(99), "bzip2"),
        (b"PK\3\4" + bytes(99), "zip"),
    ],
)
def test_an_archive_is_refused_by_its_name_with_what_unpacks_it(tmp_path: Path, data: bytes, reason: str) -> None:
    with (
        OpenLog(write(tmp_path / "a.log", data)) as log,
        pytest.raises(RefusedFile, match=f"{reason}.*unpack it first"),
    ):
        log.refuse_binary()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_log_of_utf_16_is_not_taken_for_binary(tmp_path: Path, encoding: str) -> None:
    data = ("\ufeff" + "one line\n" * 99).encode(encoding)
    with OpenLog(write(tmp_path / "a.log", data)) as log:
        log.refuse_binary()


def test_opening_and_closing_leaves_no_descriptor(tmp_path: Path) -> None:
    log = write(tmp_path / "a.log", b"one\n")
    os.mkfifo(tmp_path / "pipe")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(50):
        with OpenLog(log) as opened:
            next(opened.chunks())
        with pytest.raises(RefusedFile, match="a named pipe"):
            OpenLog(tmp_path / "pipe")
        with pytest.raises(RefusedFile, match="a folder"):
            OpenLog(tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
