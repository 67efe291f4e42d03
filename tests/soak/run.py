#!/usr/bin/env python3
"""Long hours: many people, a homeserver that is restarted, a coach that is killed. Ends with `N passed, N failed`.

Usage: tests/soak/run [short] [--agents N] [--minutes N] [--mirrored N] [--seed N] [--figures FILE]
"""
import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "matrix"))

from bots import ECHO, Cost, Echo, SoakCoach, resident
from coach import PROGRAM, ROOT, free_port
from crowd import Crowd
from homeserver import Homeserver
from verdict import Verdict
from watch import Watch, percentile

WORDS = ROOT / "tests/soak/words.json"
NEEDS = ROOT / "knowledge/methods"
PACE = [20, 40]  # seconds between two messages of a person


class Side:
    """A bot, the road that it takes, and what it costs."""

    def __init__(self, kind, homeserver, folder):
        name = kind.kind
        homeserver.register(name)
        self.watch = Watch(homeserver, f"@{name}:localhost")
        self.bot = kind(folder / name, self.watch, name)
        self.cost = Cost()
        self.begun = 0.0

    def start(self):
        self.bot.start()

    def kill(self):
        self.cost.end(self.bot.process.pid)
        self.watch.disturb()
        self.bot.kill()

    def look(self):
        """Notes when it is ready. It never ends by itself."""
        assert self.bot.process.poll() is None, f"the {self.bot.kind} stopped by itself: {self.bot.tail()}"
        if not self.cost.counted and self.bot.ready():
            self.cost.ready(self.bot.process.pid)
            self.watch.settle()

    def calm_down(self):
        """The homeserver is back. A bot that is still starting is not calm before it is ready."""
        if self.cost.counted:
            self.watch.settle()

    def figures(self, since):
        calm, disturbed = self.watch.latencies(self.bot.transaction)
        recent = self.watch.latencies(self.bot.transaction, since)[0]
        used, answered = self.cost.total(self.bot.process.pid) - self.begun, len(calm) + len(disturbed)
        return {
            "answered": answered, "resident MB": resident(self.bot.process.pid),
            "CPU ms per message": round(1000 * used / max(1, answered), 1),
            "of which starts": round(1000 * self.cost.starts / max(1, answered), 1),
            "recent p50 ms": in_millis(percentile(recent, 0.5)), "recent p99 ms": in_millis(percentile(recent, 0.99)),
            "calm p50 ms": in_millis(percentile(calm, 0.5)), "calm p99 ms": in_millis(percentile(calm, 0.99)),
            "all p50 ms": in_millis(percentile(calm + disturbed, 0.5)),
            "all p99 ms": in_millis(percentile(calm + disturbed, 0.99)), "disturbed": len(disturbed),
        }


def in_millis(value):
    return None if value is None else round(1000 * value, 1)


def plan(minutes, short):
    """(second, what) in their order. At a kill the figures are taken first, and at the end again."""
    if short:
        events = [(100, "kill"), (150, "restart"), (200, "kill")]
    else:
        kills = [(60 * minute, "kill") for minute in range(10, minutes, 10)]
        events = kills + [(60 * minute, "restart") for minute in range(15, minutes, 15)]
    return sorted(events) + [(60 * minutes, "end")]


class Soak:
    def __init__(self, options, folder):
        self.options, self.chance = options, random.Random(options.seed)
        self.homeserver = Homeserver(folder / "synapse", free_port())
        self.homeserver.start()
        self.sides = [Side(kind, self.homeserver, folder) for kind in (SoakCoach, Echo)]
        self.coach, self.echo = self.sides
        self.kills = self.restarts = 0
        self.crowd = None

    def gather(self):
        """Everybody signs in and opens their rooms; the bots come in and greet."""
        for side in self.sides:
            side.start()
            side.bot.wait_ready(180)
            side.look()
        users = [f"agent{number}" for number in range(self.options.agents)]
        for user in users:
            self.homeserver.register(user)
        needs = [line for file in sorted(NEEDS.glob("*.needs.txt")) for line in file.read_text().splitlines() if line]
        words = {"file": str(WORDS), "needs": self.chance.sample(needs, 500)}
        self.crowd = Crowd(self.homeserver, words, users=users, mirrored=self.options.mirrored, seed=self.options.seed,
                           pace=PACE, coach=self.coach.watch.user, echo=self.echo.watch.user)
        self.crowd.wait("ready", 60 + 10 * self.options.agents)

    def hold(self):
        """The whole time, event after event."""
        for side in self.sides:
            side.begun, side.cost.starts = side.cost.total(side.bot.process.pid), 0.0
        self.begin = self.last = time.monotonic()
        self.crowd.talk()
        for second, what in plan(self.options.minutes, self.options.short):
            while time.monotonic() < self.begin + second:
                for side in self.sides:
                    side.look()
                time.sleep(0.5)
            getattr(self, what)()

    def kill(self):
        """Both bots, when the coach has just been told something and has not answered yet."""
        self.report()
        self.coach.watch.wait_arrival(30)
        time.sleep(0.2 * self.chance.random())
        for side in self.sides:
            side.kill()
        for side in self.sides:
            side.start()
        self.kills += 1

    def restart(self):
        for side in self.sides:
            side.watch.disturb()
        try:
            self.homeserver.stop()
        except subprocess.TimeoutExpired:
            self.homeserver.process.kill()
            self.homeserver.process.wait()
        time.sleep(5)
        self.homeserver.start()
        for side in self.sides:
            side.calm_down()
        self.restarts += 1

    def end(self):
        self.crowd.hush()
        self.settle(180)
        for side in self.sides:
            side.cost.resident.append(resident(side.bot.process.pid))
        self.report()

    def settle(self, seconds):
        """Until all is answered, or nobody waits any more."""
        end = time.monotonic() + seconds
        while self.unanswered() and time.monotonic() < end:
            time.sleep(1)
        time.sleep(5)  # what comes twice comes late

    def unanswered(self):
        rooms = {person["rooms"]["coach"] for person in self.crowd.people}
        heard = {told["key"] for told in list(self.crowd.heard.values())}
        asked = [said for said in list(self.crowd.said.values()) if said["room"] in rooms]
        return sum(SoakCoach.transaction(said["room"], said["event"]) not in heard for said in asked)

    def report(self):
        """The figures so far, a block that can stand alone."""
        now = time.monotonic()
        lines = [f"{time.strftime('%H:%M:%S')} minute {(now - self.begin) / 60:.1f}, load {os.getloadavg()[0]:.1f}, said "
                 f"{len(self.crowd.said)}, waiting {self.unanswered()}, kills {self.kills}, restarts {self.restarts}, "
                 f"agents {resident(self.crowd.process.pid)} MB, homeserver {resident(self.homeserver.process.pid)} MB"]
        for side in self.sides:
            figures = side.figures(self.last)
            lines.append(f"  {side.bot.kind:5} " + ", ".join(f"{name} {value}" for name, value in figures.items()))
        self.last = now
        self.write("\n".join(lines))

    def write(self, text):
        print(text, flush=True)
        if self.options.figures:
            with open(self.options.figures, "a") as file:
                file.write(text + "\n")

    def leave(self):
        if self.crowd:
            self.crowd.stop()
        for side in self.sides:
            if side.bot.process and side.bot.process.poll() is None:
                side.bot.kill()
        self.homeserver.stop()


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("short", nargs="?", choices=["short"])
    parser.add_argument("--agents", type=int)
    parser.add_argument("--minutes", type=int)
    parser.add_argument("--mirrored", type=int, help="how many also talk to the echo bot; all, unless told otherwise")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--figures", help="a file to which the figures are added as they come")
    options = parser.parse_args()
    options.agents = options.agents or (5 if options.short else 50)
    options.minutes = options.minutes or (5 if options.short else 120)
    options.mirrored = options.agents if options.mirrored is None else options.mirrored
    return options


def main():
    options = read_options()
    for what, path in {"declic": PROGRAM, "the echo bot": ECHO}.items():
        if not path.exists():
            sys.exit(f"tests/soak: {what} is missing ({path}); run cargo test --no-run")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="declic-soak-"))
    # Whoever ends it ends its processes too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("tests/soak: told to stop"))
    soak = Soak(options, folder)
    try:
        soak.write(f"seed {options.seed}, {options.agents} agents, {options.minutes} minutes, in {folder}")
        soak.gather()
        soak.hold()
        verdict = Verdict(soak)
        soak.write(verdict.text())
    finally:
        soak.leave()
    if not verdict.failed:
        shutil.rmtree(folder)
    return 1 if verdict.failed else 0


if __name__ == "__main__":
    sys.exit(main())
