"""What was measured, as lines of one table and as JSON."""

import datetime
import json
import os
import platform
import statistics
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Line:
    """One comparison. The ratio is the rival's cost over ours, or our rate over the rival's: larger is better for us."""

    goal_id: str
    what: str
    ours: str
    rival: str
    theirs: str
    ratio: float | None = None
    goal: float | None = None      # the least ratio that we aim at

    def verdict(self):
        if self.goal is None:
            return ""
        return "met" if self.ratio >= self.goal else "MISSED"


@dataclass
class Report:
    context: dict
    lines: list = field(default_factory=list)
    checks: list = field(default_factory=list)    # did the rivals compute the same? (name, mismatches, detail)
    raw: dict = field(default_factory=dict)       # every single measurement by name

    def add(self, *values, **named):
        line = Line(*values, **named)
        self.lines.append(line)
        print(format_row(cells(line), WIDTHS), flush=True)

    def check(self, name, mismatches, detail=""):
        self.checks.append({"name": name, "mismatches": mismatches, "detail": detail})
        print(f"  check: {name}: " + ("same result" if not mismatches else f"{mismatches} MISMATCHES {detail}"), flush=True)

    def table(self):
        rows = [HEADINGS] + [cells(line) for line in self.lines]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
        return "\n".join(format_row(row, widths) for row in rows)

    def write(self, path):
        content = dict(self.context, lines=[dict(asdict(line), verdict=line.verdict()) for line in self.lines],
                       checks=self.checks, raw=self.raw)
        Path(path).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


HEADINGS = ["goal", "measurement", "shopsmart", "rival", "its figure", "ratio", "aim", "verdict"]
WIDTHS = [4, 44, 16, 28, 16, 8, 6, 7]


def cells(line):
    return [line.goal_id, line.what, line.ours, line.rival, line.theirs, "" if line.ratio is None else f"{line.ratio:.2f}x",
            "" if line.goal is None else f"{line.goal:g}x", line.verdict()]


def format_row(row, widths):
    return "  ".join(value.ljust(width) for value, width in zip(row, widths)).rstrip()


def seconds(value):
    return f"{value:.3f} s" if value < 1 else f"{value:.2f} s"


def in_turn(rounds, measurements):
    """Runs named measurements A B C, C B A, A B C ..., so that no place in the row is always the same one's; returns the
    list of results of each."""
    results = {name: [] for name in measurements}
    for turn in range(rounds):
        for name in sorted(measurements, key=list(measurements).index, reverse=turn % 2 == 1):
            results[name].append(measurements[name]())
    return results


def median(results, key):
    return statistics.median(result[key] for result in results)


def machine():
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
                  if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"processor": model, "cores": os.cpu_count(), "memory_gb": round(memory, 1), "system": platform.platform()}


def commit(folder):
    def git(*arguments):
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+changes" if git("status", "--porcelain", "-uno") else "")


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
