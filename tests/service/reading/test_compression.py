"""Compressed logs: bounded in memory and in how far they swell, and told when they are damaged."""

import io
import lzma
import tracemalloc

import pytest
import zstandard

from service.reading.compression import FREE_SWELLING, Damaged, decompressor


def unpacked(data: bytes) -> int:
    """How many bytes come out. Raises Damaged."""
    unpack = decompressor(data)
    assert unpack
    return sum(len(chunk) for chunk in unpack(io.BytesIO(data)))


def bomb() -> bytes:
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    piece = b"x y z 1234567890\n" * 60_000
    packed = [packer.compress(piece) for _ in range(2 * FREE_SWELLING // len(piece))]
    return b"".join(packed) + packer.flush()


def test_a_file_that_swells_as_no_log_does_is_given_up() -> None:
    packed = bomb()
    tracemalloc.start()
    with pytest.raises(Damaged, match="unpacks to more than 250 times its size"):
        unpacked(packed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 128_000_000


def test_a_log_of_equal_lines_that_is_not_large_is_read_however_it_swells() -> None:
    data = b"heartbeat ok\n" * 1_000_000
    assert unpacked(lzma.compress(data)) == len(data)


def test_xz_gets_no_more_memory_than_is_its_due() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 512 * 1024 * 1024}]
    packed = lzma.compress(b"one\n", format=lzma.FORMAT_XZ, filters=filters)
    with pytest.raises(Damaged, match=r"(?i)memory"):
        unpacked(packed)


def test_zstd_gets_no_more_memory_than_is_its_due() -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=28)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(Damaged, match=r"(?i)memory|window"):
        unpacked(packer.compress(b"one\n") + packer.flush())


def test_a_frame_of_a_dictionary_that_is_not_there_is_told() -> None:
    samples = [f"line {number} of a log that repeats {number % 7}\n".encode() * 3 for number in range(2000)]
    dictionary = zstandard.train_dictionary(4096, samples)
    with pytest.raises(Damaged, match=r"(?i)dictionary"):
        unpacked(zstandard.ZstdCompressor(dict_data=dictionary).compress(samples[0] * 50))
