"""Drives `client.mjs`: one process, in which several people are signed in."""
import itertools
import json
import pathlib
import queue
import subprocess
import threading

from homeserver import PATIENCE

# How long the commands that wait do so.
WAITS = {"member": 20, "answer": 30, "hears": 30, "invited": 30, "events": 30, "verify": 30, "verified": 30, "receipts": 10}
HERE = pathlib.Path(__file__).parent


class ClientError(Exception):
    """The client could not do what it was told."""


class Clients:
    """The process. What is asked of it goes by a number, so that many may ask at once."""

    def __init__(self):
        command, pipe = ["node", str(HERE / "client.mjs")], subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, bufsize=1)
        self.ids, self.names = itertools.count(1), itertools.count(1)
        self.waiting = {}
        self.write = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            answer = json.loads(line)
            self.waiting.pop(answer.pop("id")).put(answer)
        for waiting in list(self.waiting.values()):
            waiting.put({"ok": False, "error": "the clients have stopped"})

    def call(self, person, command, options):
        number, answer = next(self.ids), queue.Queue()
        self.waiting[number] = answer
        with self.write:
            self.process.stdin.write(json.dumps({"id": number, "as": person, "command": command, **options}) + "\n")
        result = answer.get(timeout=options.get("timeout", 60 * PATIENCE) + 60)
        if not result.pop("ok"):
            raise ClientError(f"{command}: {result['error']}")
        return result

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Client:
    """A person. Every command of client.mjs is a method: `anne.send(room=…, body=…)` gives its answer as a dictionary."""

    def __init__(self, clients):
        self.clients, self.number = clients, next(clients.names)

    def call(self, command, **options):
        if "timeout" in options or command in WAITS:
            options["timeout"] = options.get("timeout", WAITS.get(command)) * PATIENCE
        return self.clients.call(self.number, command, options)

    def __getattr__(self, command):
        if command.startswith("_"):
            raise AttributeError(command)
        return lambda **options: self.call(command, **options)

    def stop(self):
        if self.clients.alive():
            self.call("quit")
