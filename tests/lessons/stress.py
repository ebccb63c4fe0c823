"""All lessons under strict nbval, again and again, beside processes that burn every core.

    python -m tests.lessons.stress --runs 10          every lesson
    python -m tests.lessons.stress --runs 10 03       one

What depends on timing fails here first: a stored output that needs a handler to be quick, a wait
for a time instead of a condition. Not part of `make test`: ten runs take several minutes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

from tests.lessons import course

BURN = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(10**6))"


def main() -> int:
    """Run the lessons and print a line for each run; the exit code is 1 if any run failed."""
    parser = argparse.ArgumentParser(description="Run lessons many times on a busy machine.")
    parser.add_argument("lessons", nargs="*", help="numbers such as 03; all when none is given")
    parser.add_argument("--runs", type=int, default=10, help="how many times (default 10)")
    options = parser.parse_args()
    paths = [str(lesson.path) for lesson in course.find(options.lessons)]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"]
    command += ["--nbval", "--nbval-current-env", *paths]
    env = os.environ | {"WSLAB_PROGRESS": ""}  # what was solved here is no part of a lesson
    cores = os.cpu_count() or 2
    burners = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(cores)]
    passed = 0
    try:
        for number in range(1, options.runs + 1):
            start = time.monotonic()
            done = subprocess.run(command, cwd=course.ROOT, env=env, capture_output=True, text=True)
            good = done.returncode == 0
            passed += good
            print(f"run {number}: {'ok' if good else 'FAILED'} ({time.monotonic() - start:.0f} s)")
            if not good:
                print(done.stdout[-6000:], flush=True)
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
    print(f"{passed} passed, {options.runs - passed} failed")
    return 0 if passed == options.runs else 1


if __name__ == "__main__":
    sys.exit(main())
