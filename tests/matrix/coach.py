"""The real program, `declic serve`, as a process that can be killed."""
import base64
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request

from homeserver import PASSWORD, PATIENCE, free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("DECLIC", ROOT / "target/debug/declic"))


def delivery_key(room, event, index):
    """How the coach names its answers: an observer can tell which message each of them answers."""
    parts = [f"matrix:{room}", event, str(index)]
    digest = hashlib.sha256("".join(part + "\0" for part in parts).encode()).digest()
    return "d1" + base64.urlsafe_b64encode(digest).decode()[:22]


def judge(expected, keys):
    """What is wrong with the keys of a room, in the order of the room: those that are missing, those that came twice, and
    whether the others are in the order in which they were expected."""
    places = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    lost = [key for key in expected if key not in places]
    doubled = [key for key, found in places.items() if len(found) > 1]
    firsts = [places[key][0] for key in expected if key in places]
    return lost, doubled, firsts == sorted(firsts)


class Coach:
    def __init__(self, folder, homeserver, name, console=None, content=None, clock=None, **matrix):
        self.console, self.content, self.clock = console, content or {}, clock
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.data, self.log = self.folder / "data", self.folder / "coach.log"
        self.name, self.user = name, f"@{name}:localhost"
        self.port = free_port()
        self.process = None
        settings = {"homeserver": homeserver.url, "user": name, "password": PASSWORD}
        settings["recovery_passphrase"] = "une phrase de récupération"
        self.settings = {key: value for key, value in {**settings, **matrix}.items() if value is not None}

    def start(self):
        lines = ["[web]", f'listen = "127.0.0.1:{self.port}"']
        if self.console is not None:
            lines += ["[console]", "enabled = true", f"coaches = {json.dumps(self.console)}"]
        for key in ("knowledge", "conversations"):
            if key in self.content:
                lines.insert(0, f"{key} = {json.dumps(self.content[key])}")
        lines += ["[matrix]"]
        # JSON strings and lists are TOML too.
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in self.settings.items()]
        config = self.folder / "declic.toml"
        config.write_text("\n".join(lines) + "\n")
        command = [str(PROGRAM), "serve", "--data", str(self.data), "--config", str(config)]
        output, environment = self.log.open("a"), {**os.environ, **self.false_clock()}
        self.process = subprocess.Popen(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=self.folder, env=environment
        )
        return self

    def false_clock(self):
        """The time of day is shifted by what a file says; how long things take stays true."""
        if self.clock is None:
            return {}
        library = next(iter(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)
        assert library, "libfaketime is missing: install the package faketime"
        shift = {"FAKETIME_TIMESTAMP_FILE": str(self.clock), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        return {"LD_PRELOAD": str(library), **shift}

    def wait_ready(self, seconds=60):
        end = time.monotonic() + seconds * PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"the coach stopped with {self.process.returncode}: {self.tail()}")
            if self.ready():
                return self
            time.sleep(0.05)
        raise AssertionError(f"the coach is not ready after {seconds} s: {self.tail()}")

    def ready(self):
        """Whether Matrix is connected, as the operator's monitoring sees it."""
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2).status == 200
        except OSError:
            return False

    def report(self):
        """What `/readyz` says of Matrix: its state, and why."""
        try:
            answer = urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2)
        except urllib.error.HTTPError as error:
            answer = error
        return next(part for part in json.load(answer)["parts"] if part["name"] == "matrix")

    def wait_state(self, state, seconds=60):
        end = time.monotonic() + seconds * PATIENCE
        while time.monotonic() < end:
            assert self.process.poll() is None, f"the coach stopped with {self.process.returncode}: {self.tail()}"
            try:
                if self.report()["state"] == state:
                    return self.report()
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"the coach is not {state} after {seconds} s but {self.report()}: {self.tail()}")

    def wait_log(self, words, many=1, seconds=60):
        """Until its log holds these words so many times."""
        end = time.monotonic() + seconds * PATIENCE
        while self.log.read_text().count(words) < many:
            assert time.monotonic() < end, f"« {words} » is not {many} times in the log: {self.tail()}"
            time.sleep(0.1)

    def kill(self):
        """No farewell: as a power cut, or the kernel short of memory."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("the coach did not stop within 15 s of SIGTERM")

    def resident(self):
        """Megabytes in memory."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) // 1024

    def tail(self):
        return self.log.read_text()[-1500:] if self.log.exists() else "(no output)"
