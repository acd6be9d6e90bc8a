"""Memory does not grow with what is imported."""

import os
import random

import pytest

from tests.importing.old_exports import write_export
from tests.importing.test_pipeline_kills import start

MOST = 300_000  # kilobytes


@pytest.mark.prove
def test_ten_thousand_posts_come_in_with_less_than_300_megabytes(tmp_path):
    chance = random.Random(7)
    text = " ".join(f"word{chance.randrange(3000)}" for _ in range(400))
    path = write_export(tmp_path / "old.xml", 10_000, text)

    process = start(tmp_path / "instance", [path])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)

    assert process.returncode == 0
    assert used.ru_maxrss < MOST
