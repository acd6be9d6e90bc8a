"""Which coding a client wants."""

import pytest

from blogapp.caching.encoding import choose


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (None, ""),
        ("", ""),
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=1.0, br;q=0.1", "gzip"),
        ("gzip;q=0.5, identity;q=1", ""),
        ("gzip;q=0", ""),
        ("br;q=0, gzip;q=0.001", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("br;q=0, *", "gzip"),
        ("gzip, *;q=0", "gzip"),
        ("gzip, identity;q=0", "gzip"),
        ("identity;q=0", ""),
        ("deflate, zstd", ""),
        ("gzip;q=2", ""),
        ("gzip;q=-1", ""),
        ("gzip;q=0.1234", ""),
        ("gzip; Q=0.5", "gzip"),
        ("gzip;level=9", ""),
        (",,;;q=,gzip", "gzip"),
        ("rubbish, " * 800 + "br", "br"),
        ("\xff\x00", ""),
    ],
)
def test_the_coding_is_the_one_that_is_wanted_most(accepted, coding):
    assert choose(accepted) == coding
