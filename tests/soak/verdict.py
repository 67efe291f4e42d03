"""What the soak has shown: the rooms as the homeserver has them, against what the people could read there."""
from bots import SoakCoach
from coach import delivery_key, judge
from watch import percentile


class Verdict:
    def __init__(self, soak):
        self.soak = soak
        rooms = [self.read(person, "coach") for person in soak.crowd.people]
        answers = [self.once_and_in_order(rooms), self.readable(rooms)]
        self.checks = [*answers, self.silent_log(), self.memory(), self.all_done(rooms)]
        self.failed = sum(not good for _, good, _ in self.checks)
        self.figures = {"seen by the homeserver, coach": self.between(rooms), **self.echo()}

    def read(self, person, name):
        """One room: the person's messages and the bot's, in the order of the homeserver."""
        room = person["rooms"][name]
        events = [e for e in self.soak.homeserver.events(room, person["token"]) if e["type"] == "m.room.encrypted"]
        said = [event for event in events if event["sender"] == person["user"]]
        return room, said, [event for event in events if event["sender"] != person["user"]]

    def key(self, event):
        return self.soak.crowd.heard.get(event["event_id"], {}).get("key")

    def once_and_in_order(self, rooms):
        said = replies = excuses = 0
        wrong = []
        for room, questions, answers in rooms:
            keys = [self.key(event) for event in answers]
            lost, doubled, in_order = judge([delivery_key(room, e["event_id"], 0) for e in questions], keys)
            said, replies = said + len(questions), replies + len(answers)
            excuses += sum(delivery_key(room, f"{e['event_id']}#sealed", 0) in keys for e in questions)
            if lost or doubled or not in_order:
                wrong.append(f"{room}: lost {len(lost)}, doubled {len(doubled)}, in order {in_order}")
        detail = f"{said} messages, {replies} replies (with greetings), {excuses} excuses for a late key; "
        return "answered exactly once and in order", not wrong, detail + ("; ".join(wrong) or "lost 0, doubled 0")

    def readable(self, rooms):
        heard = [self.soak.crowd.heard.get(e["event_id"]) for _, _, replies in rooms for e in replies]
        unread = sum(told is None or told["sealed"] for told in heard)
        warned = sum(bool(told and told["shield"]) for told in heard)
        return "readable, from a trusted device", not unread and not warned, f"{unread} unreadable, {warned} with a warning"

    def silent_log(self):
        log = self.soak.coach.bot.log.read_text()
        found = sum(body in log for body in {s["body"] for s in self.soak.crowd.said.values()} if len(body) > 12)
        return "no words of people in the log", not found, f"{found} found in {len(log)} characters"

    def memory(self):
        """At the end, against the end of the first life: the same age."""
        lives = self.soak.coach.cost.resident
        return "memory within 20 %", lives[-1] <= 1.2 * lives[0], f"MB at the end of each life {lives}"

    def all_done(self, rooms):
        """So that none of the above is true because nothing happened."""
        soak = self.soak
        least = 60 * soak.options.minutes * soak.options.agents / 40  # at the slowest pace; the outages cost some
        said = sum(len(asked) for _, asked, _ in rooms)
        detail = f"{soak.kills} kills, {soak.restarts} restarts, {said} messages, {len(soak.crowd.troubles)} troubles of the crowd"
        return "held as planned", soak.kills > 0 and soak.restarts > 0 and said > 0.8 * least, detail

    def between(self, rooms):
        """From the time that the homeserver gave a question to the one that it gave its answer."""
        waits = []
        for room, questions, replies in rooms:
            times = {self.key(event): event["origin_server_ts"] for event in reversed(replies)}
            keys = [(SoakCoach.transaction(room, event["event_id"]), event["origin_server_ts"]) for event in questions]
            waits += [times[key] - asked for key, asked in keys if key in times]
        return f"p50 {percentile(waits, 0.5)} ms, p99 {percentile(waits, 0.99)} ms, longest {max(waits, default=None)} ms"

    def echo(self):
        people = [person for person in self.soak.crowd.people if "echo" in person["rooms"]]
        rooms = [self.read(person, "echo") for person in people]
        lost = doubled = 0
        for _, questions, replies in rooms:
            missing, twice, _ = judge([e["event_id"] for e in questions], [self.key(e) for e in replies])
            lost, doubled = lost + len(missing), doubled + len(twice)
        said = sum(len(asked) for _, asked, _ in rooms)
        lives = self.soak.echo.cost.resident
        return {"echo": f"{said} messages, lost {lost}, doubled {doubled}; MB at the end of each life {lives}"}

    def text(self):
        lines = [f"{name}: {value}" for name, value in self.figures.items()]
        lines += [f"{'ok  ' if good else 'FAIL'} {name}: {detail}" for name, good, detail in self.checks]
        return "\n".join([*lines, f"{len(self.checks) - self.failed} passed, {self.failed} failed"])
