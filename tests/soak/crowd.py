"""Drives `crowd.mjs`, and remembers what the people said and heard."""
import json
import queue
import subprocess
import threading

from homeserver import PASSWORD, ROOT

SCRIPT = ROOT / "tests/matrix/crowd.mjs"


class Crowd:
    def __init__(self, homeserver, words, **settings):
        pipe = subprocess.PIPE
        command = ["node", "--max-old-space-size=6000", str(SCRIPT), homeserver.url]
        self.errors = (homeserver.folder / "crowd.log").open("a")
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self.errors, text=True, bufsize=1)
        self.people, self.said, self.heard, self.troubles = [], {}, {}, []
        self.milestones = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self._write(json.dumps({"password": PASSWORD, "words": words, **settings}))

    def _write(self, line):
        self.process.stdin.write(line + "\n")

    def _read(self):
        for line in self.process.stdout:
            told = json.loads(line)
            kind = told.pop("kind")
            if kind == "person":
                self.people.append(told)
            elif kind == "said":
                self.said[told["event"]] = told
            elif kind == "heard":
                self.heard[told["event"]] = told  # what could not be read may come again, readable
            elif kind == "trouble":
                self.troubles.append(told["what"])
            else:
                self.milestones.put(kind)
        self.milestones.put("gone")

    def wait(self, milestone, seconds):
        try:
            reached = self.milestones.get(timeout=seconds)
        except queue.Empty:
            reached = "silent"
        where = f"{len(self.people)} people are there; see {self.errors.name}"
        assert reached == milestone, f"the crowd is {reached}, not {milestone}: {where}"

    def talk(self):
        self._write("talk")

    def hush(self):
        """Everybody finishes their sentence."""
        self._write("hush")
        self.wait("quiet", 180)

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
