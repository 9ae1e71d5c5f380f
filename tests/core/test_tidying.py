from __future__ import annotations

import subprocess
import sys

LOOK = """
import gc, os
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import portfolio.wsgi
from django.core.signals import request_finished
loops = []
loops.append(loops)
del loops
before = gc.get_count()[0]
request_finished.send(sender=None)
print(gc.get_freeze_count() > 50_000, gc.get_count()[0] < before)
"""


def test_web_process_looks_for_garbage_between_requests_alone():
    done = subprocess.run(
        [sys.executable, "-c", LOOK], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["True", "True"]
