"""The two bots of the soak, and what they cost over all lives of their processes."""
import os
import pathlib
import subprocess

from coach import ROOT, Coach, delivery_key
from homeserver import PASSWORD

ECHO = pathlib.Path(os.environ.get("ECHO", ROOT / "target/debug/examples/echo"))
TICK = os.sysconf("SC_CLK_TCK")


class Cost:
    """The processor time of a process that is killed and started again, and its memory at the end of each life."""

    def __init__(self):
        self.before = 0.0  # seconds of the lives that are over
        self.starts = 0.0  # of them and of this one: until it was ready
        self.resident = []  # megabytes at the end of each life
        self.counted = False

    def ready(self, pid):
        if not self.counted:
            self.starts += seconds(pid)
            self.counted = True

    def end(self, pid):
        self.before += seconds(pid)
        self.resident.append(resident(pid))
        self.counted = False

    def total(self, pid):
        return self.before + seconds(pid)


def seconds(pid):
    """In user and system mode, all threads together."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return round(int(status.split("VmRSS:")[1].split()[0]) / 1024, 1)


class SoakCoach(Coach):
    kind = "coach"

    @staticmethod
    def transaction(room, event):
        return delivery_key(room, event, 0)


class Echo(Coach):
    """The echo bot has another command and another way to say that it is ready; the rest is a process like the coach."""

    kind = "echo"

    def __init__(self, folder, homeserver, name):
        super().__init__(folder, homeserver, name)
        self.homeserver = homeserver
        self.lives = 0

    def start(self):
        self.lives += 1
        command = [str(ECHO), self.homeserver.url, self.name, str(self.folder)]
        output = self.log.open("a")
        environment = {**os.environ, "ECHO_PASSWORD": PASSWORD}
        self.process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=environment)
        return self

    def ready(self):
        return self.log.read_text().count("ready\n") >= self.lives

    @staticmethod
    def transaction(_room, event):
        return f"echo-{event}"
