#!/usr/bin/env python3
"""The coach on a real homeserver, talked to by a client that this project did not write. Ends with `N passed, N failed`.

Usage: tests/matrix/run.py [name of a test …]      after tests/matrix/setup.sh and cargo build
"""
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import hostile
import operations
import rooms
from client import Clients
from coach import PROGRAM, delivery_key
from homeserver import PASSWORD, PATIENCE, PYTHON, Homeservers, on
from house import Commons, House, Talk
from network import Network

HERE = pathlib.Path(__file__).parent
PROJECT = "Nous voulons comprendre ce que vivent les usagers à l'accueil de la mairie, nous sommes quatre et avons deux jours"


def test_dialogue(house):
    """A whole dialogue in an encrypted room: every answer encrypted, without a warning, with numbered choices."""
    person, coach = house.person(), house.any_coach()
    talk = Talk(house, person, coach).wait_joined()
    for body in ["Bonjour", PROJECT, "1", "aide", "c'est quoi un persona ?", "1", "2", "merci"]:
        answer = talk.ask(body)
        assert answer["encrypted"] and answer["shield"] == 0, f"an answer is not trusted: {answer['shield']}"
        assert answer["content"]["m.mentions"] == {}, "the coach rings a bell"
    numbered = [m["content"] for m in talk.coach_messages() if "<ol>" in m["content"].get("formatted_body", "")]
    assert numbered and all("\n1. " in "\n" + content["body"] for content in numbered), "no numbered choices"
    person.receipts(room=talk.room, event=talk.said[-1], user=coach.user)
    figures = talk.check_each_answered_once()
    greeting = len(talk.coach_messages()) > figures["messages"]
    assert greeting, "the coach did not present itself when it came in"
    return {**figures, "resident MB": coach.resident()}


def test_console(house):
    """A listed coach who writes « console » gets a link, encrypted; the same word of others is a word like any other."""
    listed, other = house.person(), house.person()
    coach = house.coach(console=[f"Anne <{listed.user['user_id']}>"]).start().wait_ready()
    talk = Talk(house, listed, coach).wait_joined()
    talk.ask("Bonjour")
    event = talk.person.send(room=talk.room, body=" Console ")["event_id"]
    answer = talk.answer_to(event)
    assert answer["encrypted"] and "/console/lien/" in answer["content"]["formatted_body"], "no link"
    stranger = Talk(house, other, coach).wait_joined()
    refused = stranger.ask("console")
    assert "/lien/" not in json.dumps(refused["content"]), "a stranger got a link"
    log = coach.log.read_text()
    later = log.split("Console (lien", 1)[-1].split("\n", 1)[-1]
    assert "/lien/" not in later, "a link is in the log"
    return {"link": 1, "refused": 1}


def test_secrets_on_disk(house):
    """Sessions and keys are for the eyes of the coach only, and the keys are encrypted."""
    person, coach = house.person(), house.coach().start().wait_ready()
    Talk(house, person, coach).wait_joined().ask("Bonjour")
    coach.stop()
    folder = coach.data / "matrix"
    assert folder.stat().st_mode & 0o077 == 0, "others may look into the folder"
    for name in ["session.json", "store.key"]:
        assert (folder / name).stat().st_mode & 0o077 == 0, f"others may read {name}"
    kept = b"".join(file.read_bytes() for file in (folder / "store").iterdir())
    assert kept and person.user["user_id"].encode() not in kept, "the store is not encrypted"


def test_access_token(house):
    """An account whose operator gives a token and its device instead of a password; and without a passphrase."""
    coach, session = house.coach_with_token()
    person = house.person()
    coach.start().wait_ready()
    talk = Talk(house, person, coach).wait_joined()
    answer = talk.ask("Bonjour")
    coach.stop()
    coach.start().wait_ready()
    talk.ask("Encore là ?")
    assert answer["encrypted"] and answer["shield"] == 0, answer["shield"]
    devices = person.devices(user=coach.user)["devices"]
    assert [device["device_id"] for device in devices] == [session["device_id"]], devices
    # The keys of a device never change: with another data folder, this token is of no use any more.
    coach.stop()
    shutil.rmtree(coach.data)
    coach.start()
    assert coach.process.wait(30 * PATIENCE) not in (0, 101) and "access token" in coach.tail(), coach.tail()
    return talk.check_each_answered_once()


def test_unencrypted_room(house):
    person, coach = house.person(), house.any_coach()
    talk = Talk(house, person, coach, encrypted=False).wait_joined()
    assert not talk.ask("Bonjour")["encrypted"]


def test_signed_device(house):
    """The device is signed by its owner, also the next one after the key store is lost; the identity stays."""
    person, coach = house.person(), house.coach().start().wait_ready()
    talk = Talk(house, person, coach).wait_joined()
    plain = Talk(house, person, coach, encrypted=False).wait_joined()
    for room in [talk, plain]:
        room.ask("Bonjour")
    first = person.devices(user=coach.user)["devices"]
    assert first and all(device["signed_by_owner"] for device in first), first
    coach.stop()
    shutil.rmtree(coach.data / "matrix" / "store")
    plain.say("Et si la clé se perd ?")
    coach.start().wait_ready()
    answer = talk.ask("Me revoici")
    assert answer["encrypted"] and answer["shield"] == 0, answer["shield"]
    after = person.devices(user=coach.user)
    assert {d["device_id"] for d in after["devices"]} != {d["device_id"] for d in first}, "the device is not new"
    assert all(device["signed_by_owner"] for device in after["devices"]), after
    assert len(after["devices"]) == 1, "the lost device was not signed out"
    assert not after["identity_changed"], "people would see an alarm: the identity was reset"
    plain.answer_to(plain.said[-1])
    plain.check_each_answered_once()
    return {**talk.check_each_answered_once(), "devices": len(after["devices"])}


def test_first_words_before_the_coach_is_there(house):
    """Clients make a room with its first message, so it comes before the coach does: greeting first, then an answer."""
    person, coach = house.person(), house.coach().start().wait_ready()
    coach.stop()
    talk = Talk(house, person, coach)
    person.member(room=talk.room, user=coach.user, **{"is": "invite"})
    talk.say(PROJECT)
    coach.start()
    talk.answer_to(talk.said[0])
    order = house.order(person, talk.room)
    messages = sorted(talk.coach_messages(), key=lambda message: order.index(message["event_id"]))
    first, second = messages[0]["content"]["declic.delivery"], delivery_key(talk.room, talk.said[0], 0)
    assert first != second, "no greeting before the answer"
    return talk.check_each_answered_once()


def test_thirty_while_down(house):
    """What is said while the coach is away is answered when it comes back: all, in order, once."""
    person, coach = house.person(), house.coach().start().wait_ready()
    talk = Talk(house, person, coach).wait_joined()
    talk.ask("Bonjour")
    coach.stop()
    for number in range(30):
        talk.say(f"Message {number} : {PROJECT}")
    start = time.monotonic()
    coach.start()
    talk.answer_to(talk.said[-1], timeout=60)
    return {**talk.check_each_answered_once(), "seconds": round(time.monotonic() - start, 1)}


SENTENCES = ["Bonjour", PROJECT, "1", "aide", "2", "pourquoi", "3", "recommencer", "oui", "On est dix et on a une heure"]


def test_killed_at_random_moments(house):
    """`kill -9` at 20 random moments of three dialogues; then the same dialogues undisturbed must read the same.

    Half of the moments fall into the start of the coach, half into its work; the slow network stretches the moment
    when the homeserver has a message and the coach does not know.
    """
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    print(f"     killed_at_random_moments: seed {seed}", flush=True)
    network = Network(house.homeserver, delay=0.3, seed=seed)
    person, coach = house.person(), house.coach(network)
    begin = time.monotonic()
    coach.start().wait_ready()
    start = time.monotonic() - begin
    talks = [Talk(house, person, coach).wait_joined() for _ in range(3)]
    bodies = {talk.room: [] for talk in talks}
    for kill in range(20):
        if kill % 2:
            coach.wait_ready()
        for talk in chance.sample(talks, chance.randint(1, 3)):
            bodies[talk.room].append(SENTENCES[len(bodies[talk.room]) % len(SENTENCES)])
            talk.say(bodies[talk.room][-1])
        time.sleep(chance.random() * (0.5 if kill % 2 else start))
        coach.kill()
        coach.start()
    for talk in talks:
        talk.answer_to(talk.said[-1], timeout=120)
    figures = [talk.check_each_answered_once() for talk in talks]
    network.delay = 0
    for talk in talks:
        undisturbed = Talk(house, person, coach).wait_joined()
        answers = [undisturbed.ask(body)["content"]["body"] for body in bodies[talk.room]]
        disturbed = [talk.answer_to(event)["content"]["body"] for event in talk.said]
        assert answers == disturbed, "the dialogue went another way than it does undisturbed"
    total = {key: sum(each[key] for each in figures) for key in figures[0]}
    return {"kills": 20, **total}


def test_answers_cut_on_the_way(house):
    """The homeserver takes a message, and the coach never hears so: it tries again, and nobody sees it twice."""
    network = Network(house.homeserver, cut=0.5, seed=1)
    person, coach = house.person(), house.coach(network).start().wait_ready()
    talk = Talk(house, person, coach).wait_joined()
    for _ in range(8):
        talk.ask("Bonjour", timeout=60)
    assert network.cuts > 2, "the network was not cut"
    return {**talk.check_each_answered_once(), "cuts": network.cuts}


@on("mortal")
def test_homeserver_restarts(house):
    """The homeserver goes away in the middle of a dialogue, and was not there when the coach started."""
    person, coach = house.person(), house.coach()
    house.homeserver.stop()
    coach.start().wait_state("away")
    assert not coach.ready(), "the coach says that it is ready without its homeserver"
    house.homeserver.start()
    coach.wait_ready()
    talk = Talk(house, person, coach).wait_joined()
    talk.ask("Bonjour")
    house.homeserver.stop()
    coach.wait_state("away")
    house.homeserver.start()
    talk.answer_to(talk.say(PROJECT), timeout=90)
    return talk.check_each_answered_once()


def test_invitations(house):
    """People on the list are welcome, also with an invitation made while the coach was away; strangers are refused."""
    guest, stranger = house.person(), house.person()
    coach = house.coach(allow=[guest.user["user_id"], "elsewhere.example"])
    talk = Talk(house, guest, coach)
    coach.start().wait_ready()
    talk.wait_joined().ask("Bonjour")
    refused = stranger.direct(user=coach.user)["room"]
    stranger.member(room=refused, user=coach.user, **{"is": "leave"})
    figures = talk.check_each_answered_once()
    guest.leave(room=talk.room)
    house.wait_empty(talk.room)
    return figures


def test_edits_deletions_and_files(house):
    """An edit is answered as a correction, a picture politely; a deletion and a robot's notice disturb nothing."""
    person, coach = house.person(), house.any_coach()
    talk = Talk(house, person, coach).wait_joined()
    talk.ask("Bonjour")
    first = talk.say(PROJECT)
    before = talk.answer_to(first)["content"]["body"]
    after = talk.ask("Nous voulons choisir entre plusieurs idées de projet, nous sommes huit", edit=first)
    assert after["content"]["body"] != before, "the correction changed nothing"
    picture = {"msgtype": "m.image", "url": "mxc://localhost/abc", "info": {}}
    talk.ask("photo.png", content=picture)
    person.send(room=talk.room, body="Je suis un robot", content={"msgtype": "m.notice"})
    person.redact(room=talk.room, event=talk.say("Un mot de trop"))
    talk.ask("Et maintenant ?")
    return talk.check_each_answered_once()


def test_group(house):
    """With more than two people in a room, the coach answers only who mentions it."""
    person, other, coach = house.person(), house.person(), house.any_coach()
    talk = Talk(house, person, coach, person.group(users=[coach.user, other.user["user_id"]])["room"])
    other.join(room=talk.room)
    talk.wait_joined()
    ignored = person.send(room=talk.room, body="Entre nous")["event_id"]
    call = person.send(room=talk.room, body="Et toi ?", content={"m.mentions": {"user_ids": [coach.user]}})["event_id"]
    person.answer(room=talk.room, key=delivery_key(f"{talk.room}/{call}", call, 0))
    keys = [message["content"].get("declic.delivery") for message in talk.coach_messages()]
    assert delivery_key(talk.room, ignored, 0) not in keys, "the coach meddles"


def test_late_keys(house):
    """Messages whose keys come late are answered then, once, also after a crash; meanwhile the coach says so, once."""
    clock = house.clock()
    person, coach = house.person(), house.coach(clock=clock).start().wait_ready()
    talk = Talk(house, person, coach).wait_joined()
    talk.ask("Bonjour")
    person.hold(room=talk.room)
    sealed = [talk.say("Un premier message sans sa clé"), talk.say("Un second")]
    coach.wait_log("cannot be decrypted yet", many=2)
    coach.kill()
    coach.start().wait_ready()
    clock.write_text("+61")  # A minute goes by.
    excuse = person.answer(room=talk.room, key=delivery_key(talk.room, f"{sealed[0]}#sealed", 0), timeout=90)
    assert excuse, "the coach said nothing"
    person.release()
    for event in sealed:
        talk.answer_to(event, timeout=30)
    person.call("receipts", room=talk.room, event=sealed[0], user=coach.user)
    excuses = [m for m in talk.coach_messages() if m["content"].get("declic.delivery") == delivery_key(talk.room, f"{sealed[1]}#sealed", 0)]
    assert not excuses, "the coach excuses itself for every message"
    return talk.check_each_answered_once()


def test_rate_limits(house):
    """A homeserver that says « not so fast » gets what it asks for, and nothing is lost."""
    person, coach = house.person(), house.coach().start().wait_ready()
    talk = Talk(house, person, coach).wait_joined()
    talk.ask("Bonjour")
    path = f"/_synapse/admin/v1/users/{coach.user}/override_ratelimit"
    status, answer = house.homeserver.ask(path, {"messages_per_second": 1, "burst_count": 3}, house.admin())
    assert status == 200, answer
    for number in range(8):
        talk.say(f"Message {number}")
    talk.answer_to(talk.said[-1], timeout=90)
    return talk.check_each_answered_once()


def test_wrong_secrets(house):
    """Wrong secrets are the operator's to mend: a clear sentence and an exit code, at once."""
    good = house.coach().start().wait_ready()
    good.stop()
    token = {"user": good.user, "access_token": "syt_wrong", "device_id": "WRONG", "password": None}
    wrong = {
        "matrix.password": house.coach(password="pas-ce-mot-là"),
        "matrix.access_token": house.coach(**token),
        "matrix.recovery_passphrase": good,
    }
    good.settings["recovery_passphrase"] = "pas celle-là"
    for word, coach in wrong.items():
        coach.start()
        code = coach.process.wait(30 * PATIENCE)
        assert code not in (0, 101), f"exit code {code}: {coach.tail()}"
        assert word in coach.tail(), f"no word of the {word}: {coach.tail()}"
        secrets = [PASSWORD, "pas-ce-mot-là", "syt_wrong", "pas celle-là"]
        assert not any(secret in coach.tail() for secret in secrets), "a secret is in the log"


MINE = threading.local()


def clients():
    """Those of this worker; others when they have stopped. They end with this process."""
    if not hasattr(MINE, "clients") or not MINE.clients.alive():
        MINE.clients = Clients()
    return MINE.clients


def kind(name):
    return getattr(TESTS[name], "kind", "default")


def lanes(chosen):
    """What one worker does after the other, the long first. Crowds keep a homeserver busy: one at a time."""
    queue = sorted(chosen, key=lambda name: LONG.index(name) if name in LONG else len(LONG))
    crowds = [name for name in queue if kind(name) == "crowded"]
    return [crowds, *([name] for name in queue if name not in crowds)]


def play(name, homeservers, commons, folder):
    """One test; gives whether it passed, and prints how it went in one go."""
    house = House(homeservers.get(kind(name)), commons, clients(), folder)
    start, figures, troubles = time.monotonic(), {}, []
    try:
        figures = TESTS[name](house) or {}
    except Exception:
        troubles.append(traceback.format_exc())
    try:
        house.leave()
    except Exception:
        troubles.append(traceback.format_exc())
    took = f"{name} ({time.monotonic() - start:.1f} s)"
    if not troubles:
        print(f"ok   {took} {', '.join(f'{key} {value}' for key, value in figures.items())}", flush=True)
        return True
    logs = [f"--- {coach.name}\n{coach.tail()}" for coach in [*house.coaches, *commons.coaches.values()]]
    print("\n".join([f"FAIL {took}", *troubles, *logs]), flush=True)
    return False


def scratch():
    """A folder for everything; in memory if there is room, for the homeservers write much, and wait for the disk."""
    memory = pathlib.Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 4 * 1024**3
    return pathlib.Path(tempfile.mkdtemp(prefix="declic-matrix-", dir=memory if roomy else None))


def main():
    for what, path in {"declic": PROGRAM, "Synapse": PYTHON, "matrix-js-sdk": HERE / "node_modules/matrix-js-sdk"}.items():
        if not path.exists():
            sys.exit(f"tests/matrix: {what} is missing ({path}); run cargo build and tests/matrix/setup.sh")
    chosen, start = sys.argv[1:] or list(TESTS), time.monotonic()
    folder = scratch()
    homeservers, commons = Homeservers(folder), Commons(folder)
    try:
        if len(chosen) > 1:
            commons.coach(homeservers.get("default"))  # The first start on a machine learns what the others then find.
        # Most of them wait for something most of the time.
        with ThreadPoolExecutor(WORKERS) as pool:
            passed = sum(pool.map(lambda lane: sum(play(name, homeservers, commons, folder) for name in lane), lanes(chosen)))
    finally:
        try:
            commons.stop()
        finally:
            homeservers.stop()
    if passed == len(chosen):
        shutil.rmtree(folder)
    else:
        print(f"what was left is in {shutil.move(folder, tempfile.mkdtemp(prefix='declic-matrix-failed-'))}")
    print(f"{passed} passed, {len(chosen) - passed} failed in {time.monotonic() - start:.0f} s")
    return 0 if passed == len(chosen) else 1


@on("tchap")
def test_dialogue_on_tchap(house):
    """The same where rooms are of version 10 and direct ones have their own rules."""
    return test_dialogue(house)


@on("tchap")
def test_invitations_on_tchap(house):
    return test_invitations(house)


TESTS = {name[5:]: test for name, test in [*globals().items(), *vars(operations).items()] if name.startswith("test_")}
TESTS |= rooms.TESTS | hostile.TESTS
WORKERS = int(os.environ.get("WORKERS", "3"))
# They begin first, so that nobody waits for the last of them at the end.
LONG = ["killed_at_random_moments", "rate_limits_hold_back_one_room", "password_changed", "killed_before_the_reactions",
        "account_expires", "bad_gateway", "long_absence", "short_lived_tokens"]

if __name__ == "__main__":
    sys.exit(main())
