"""Starts commands in turns and prints what each start took, as JSON.

    time-commands.py '{"rounds": 5, "commands": {"name": ["program", "argument", ...], ...}}'

Prints {"name": [{"seconds": wall clock, "cpu": user and system time of all its threads}, ...], ...}, in seconds. A process of its own,
as starting another from one that holds models and runtimes takes longer the more these hold.
"""

import json
import os
import subprocess
import sys
import tempfile
import time


def start(name: str, command: list[str]) -> dict[str, float]:
    with tempfile.TemporaryFile() as told:
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=told)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            told.seek(0)
            sys.exit(f"{name} failed: {told.read().decode(errors='replace')[-2000:]}")
    return {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime}


def main() -> None:
    asked = json.loads(sys.argv[1])
    times = {name: [] for name in asked["commands"]}
    for _ in range(asked["rounds"]):
        for name, command in asked["commands"].items():
            times[name].append(start(name, command))
    print(json.dumps(times))


main()
