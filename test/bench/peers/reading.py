"""What the runners of peers share: the model as JSON, the clock, and lines of JSON on standard output.

The model is integer columns with an upper bound and a cost each, and sparse rows by start: row r holds the entries start[r] to start[r + 1]
of index and value, between low[r] and high[r] (null: no limit). The sum of costs is minimised.
"""

import json
import resource
import sys
import time


class Clock:
    """Seconds of CPU per thread that is kept busy: on a machine that others use too, the wall says nothing. Wall seconds end a run that only waits."""

    def __init__(self, threads, limit):
        self.threads = threads
        self.limit = limit
        self.start()

    def start(self):
        self.cpu = time.process_time()
        self.wall = time.monotonic()

    def seconds(self):
        return (time.process_time() - self.cpu) / self.threads

    def over(self):
        return self.seconds() >= self.limit or time.monotonic() - self.wall >= 8 * self.limit


def read(path):
    with open(path) as file:
        return json.load(file)


def say(kind, **facts):
    print(json.dumps({"kind": kind, **{k: finite(v) for k, v in facts.items()}}), flush=True)


def finite(value):
    """JSON has no infinity."""
    return None if isinstance(value, float) and abs(value) > 1e19 else value


def memory():
    """Most that the process ever held, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def done(clock, status, value, bound, values):
    """`x` holds the columns that are not zero: column, value, column, value, …"""
    sparse = [] if values is None else [n for j, v in enumerate(values) if round(v) != 0 for n in (j, round(v))]
    say("done", at=clock.seconds(), wall=time.monotonic() - clock.wall, status=status, value=value, bound=bound, memory=memory(), x=sparse)


def arguments():
    return sys.argv[1], float(sys.argv[2])
