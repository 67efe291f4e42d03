"""Measures from outside: the road between a bot and its homeserver, with a clock beside it.

What is measured is the time from the moment at which an answer of the homeserver with a person's message in it is handed
to the bot, to the moment at which the bot's request to send its first reply arrives. Both bots derive the transaction of a
reply from the message, so that the two moments belong together beyond doubt, although all is encrypted.
"""
import itertools
import json
import queue
import threading
import time
import urllib.parse

from network import Network


class Watch(Network):
    def __init__(self, homeserver, user):
        super().__init__(homeserver)
        self.user = user
        self.eras = itertools.count(1)
        self.era = None  # a time without kills and restarts; none while something is not up
        self.delivered = {}  # event id -> (room, moment, era): when the bot first could know of it
        self.sent = {}  # transaction -> (moment, era): when the bot first wanted to send it
        self.arrival = threading.Event()
        self.unread = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def disturb(self):
        self.era = None

    def settle(self):
        self.era = next(self.eras)

    def asked(self, request):
        if "/send/m.room.encrypted/" in request.path:
            transaction = urllib.parse.unquote(urllib.parse.urlsplit(request.path).path.rsplit("/", 1)[1])
            self.sent.setdefault(transaction, (time.monotonic(), self.era))

    def answered(self, request, content):
        if "/sync" in request.path or "/messages" in request.path:
            self.unread.put((time.monotonic(), self.era, request.path, content))

    def _read(self):
        """Beside the road, so that the bot does not wait for it."""
        while True:
            moment, era, path, content = self.unread.get()
            for room, event in messages(path, json.loads(content or "{}")):
                if event["sender"] != self.user and event["event_id"] not in self.delivered:
                    self.delivered[event["event_id"]] = (room, moment, era)
                    self.arrival.set()

    def wait_arrival(self, seconds):
        """Until the bot has just been told something new."""
        self.arrival.clear()
        self.arrival.wait(seconds)

    def latencies(self, transaction, since=0.0):
        """Seconds between message and reply: those that nothing disturbed, and those over which something was killed or
        restarted. `transaction` names the reply to a message: (room, event id) -> transaction."""
        calm, disturbed = [], []
        for event, (room, moment, era) in list(self.delivered.items()):
            sent = self.sent.get(transaction(room, event))
            if sent and moment >= since:
                (calm if era and sent[1] == era else disturbed).append(sent[0] - moment)
        return calm, disturbed


def messages(path, answer):
    """The encrypted messages in an answer to /sync or to /rooms/…/messages."""
    if "/messages" in path:
        room = urllib.parse.unquote(path.split("/rooms/", 1)[1].split("/", 1)[0])
        timelines = {room: answer.get("chunk", [])}
    else:
        joined = answer.get("rooms", {}).get("join", {})
        timelines = {room: update.get("timeline", {}).get("events", []) for room, update in joined.items()}
    return [(room, event) for room, events in timelines.items() for event in events if event["type"] == "m.room.encrypted"]


def percentile(values, share):
    """The value that this share of all values does not exceed; None of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None
