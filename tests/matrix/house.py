"""What a test works with: people, coaches, and what they say to each other."""
import contextlib
import itertools
import pathlib
import shutil
import threading
import time

from client import Client
from coach import ROOT, Coach, delivery_key, judge
from homeserver import PASSWORD


class Commons:
    """A coach for all tests that only talk with one: to start it takes longer than to talk."""

    def __init__(self, folder):
        self.folder, self.coaches, self.turn = folder, {}, threading.Lock()

    def coach(self, homeserver):
        with self.turn:
            if homeserver not in self.coaches:
                homeserver.register("commun")
                self.coaches[homeserver] = Coach(self.folder / f"commun-{homeserver.kind}", homeserver, "commun").start()
        return self.coaches[homeserver].wait_ready()

    def stop(self):
        for coach in self.coaches.values():
            coach.stop()


class House:
    """What one test has: its own people and coaches, and what it shares with others."""

    numbers = itertools.count(1)

    def __init__(self, homeserver, commons, clients, folder):
        self.homeserver, self.commons, self.clients, self.folder = homeserver, commons, clients, folder
        self.people, self.coaches = [], []

    def name(self, kind):
        name = f"{kind}{next(House.numbers)}"
        self.homeserver.register(name)
        return name

    def person(self):
        person = Client(self.clients)
        self.people.append(person)
        person.user = person.login(homeserver=self.homeserver.url, user=self.name("anne"), password=PASSWORD)
        return person

    def talk(self, person, coach, room=None, **options):
        return Talk(self, person, coach, room, **options)

    def acquainted(self, coach):
        """Somebody who has exchanged a first word with the coach."""
        talk = self.talk(self.person(), coach).wait_joined()
        talk.ask("Bonjour")
        return talk

    def coach(self, network=None, **settings):
        name = self.name("coach")
        coach = Coach(self.folder / name, network or self.homeserver, name, **settings)
        self.coaches.append(coach)
        return coach

    def coach_with_token(self):
        """One that is given the token of a device in place of a password, and no passphrase; with that session."""
        session = self.homeserver.log_in(self.name("jeton"))
        token = {"user": session["user_id"], "access_token": session["access_token"], "device_id": session["device_id"]}
        coach = self.coach(**token, password=None, recovery_passphrase=None)
        coach.user = session["user_id"]
        return coach, session

    def any_coach(self):
        """One that runs already, with no settings of its own. Others talk with it as well."""
        return self.commons.coach(self.homeserver)

    def conversations(self):
        """A copy of what the coach says, to be changed."""
        return pathlib.Path(shutil.copytree(ROOT / "conversations", self.folder / f"conversations{next(House.numbers)}"))

    def clock(self):
        """A file that says by how many seconds the clock of a coach is wrong."""
        clock = self.folder / f"clock{next(House.numbers)}"
        clock.write_text("+0")
        return clock

    def order(self, person, room):
        """The ids of all events of a room, as the homeserver has put them in order."""
        return [event["event_id"] for event in self.homeserver.events(room, person.user["access_token"])]

    def wait_empty(self, room):
        path = f"/_synapse/admin/v1/rooms/{room}/members"
        for _ in range(100):
            if not self.homeserver.ask(path, token=self.admin())[1].get("members"):
                return
            time.sleep(0.1)
        raise AssertionError("somebody stays in an empty room")

    def admin(self):
        """The token of an administrator of the homeserver."""
        return self.homeserver.register(f"chef{next(House.numbers)}", admin=True)["access_token"]

    def leave(self):
        """Everybody, also when one of them does not go as they should."""
        with contextlib.ExitStack() as all_of_them:
            for one in [*self.people, *self.coaches]:
                all_of_them.callback(one.stop)


class Talk:
    """One person's room with the coach: an encrypted one of two, unless told otherwise."""

    def __init__(self, house, person, coach, room=None, **options):
        self.house, self.person, self.coach = house, person, coach
        self.room = room or person.direct(user=coach.user, **options)["room"]
        self.said, self.bodies = [], []

    def wait_joined(self, timeout=30):
        self.person.member(room=self.room, user=self.coach.user, **{"is": "join"}, timeout=timeout)
        return self

    def say(self, body, **options):
        event = self.person.send(room=self.room, body=body, **options)["event_id"]
        self.said.append(event)
        self.bodies.append(body)
        return event

    def answer_to(self, event, timeout=30):
        return self.person.answer(room=self.room, key=delivery_key(self.room, event, 0), timeout=timeout)["message"]

    def ask(self, body, timeout=30, **options):
        return self.answer_to(self.say(body, **options), timeout)

    def coach_messages(self):
        messages = self.person.messages(room=self.room)["messages"]
        return [message for message in messages if message["sender"] == self.coach.user]

    def check_each_answered_once(self):
        """Every message answered, in order, no answer twice, and none that answers nothing. Gives the counts."""
        order = {event: place for place, event in enumerate(self.house.order(self.person, self.room))}
        messages = sorted(self.coach_messages(), key=lambda message: order[message["event_id"]])
        keys = [message["content"].get("declic.delivery") for message in messages]
        lost, doubled, in_order = judge([delivery_key(self.room, event, 0) for event in self.said], keys)
        assert not lost, f"{len(lost)} of {len(self.said)} messages were not answered"
        assert not doubled, f"{len(doubled)} answers came twice"
        assert in_order, "the answers are not in the order of the messages"
        log = self.coach.log.read_text()
        assert not any(body in log for body in self.bodies if len(body) > 5), "the log holds words of a person"
        return {"messages": len(self.said), "answers": len(keys), "lost": 0, "doubled": 0}
