"""What people, clients and homeservers of ill will can send: the others do not notice, and nothing is believed."""
import json
import pathlib
import subprocess
import time

from coach import delivery_key
from homeserver import PASSWORD, PATIENCE
from network import Network
from operations import office, order, session_of
from rooms import PROJECT, QUEUE, Room, in_thread, mention, people

HERE = pathlib.Path(__file__).parent


def send_raw(house, person, coach, room, *insides):
    """Encrypted events with any inside, which no client would make. Gives their ids."""
    who = {"user": person.user["user_id"], "password": PASSWORD, "room": room, "to": coach.user}
    wish = json.dumps({**who, "insides": [json.dumps(inside, ensure_ascii=False) for inside in insides]})
    command = ["node", str(HERE / "raw.mjs"), house.homeserver.url]
    done = subprocess.run(command, input=wish, capture_output=True, text=True, timeout=60 * PATIENCE)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["events"]


def naming(predecessor, coach):
    """A room that says to be the heir of another."""
    creation = {"predecessor": {"room_id": predecessor, "event_id": "$x"}}
    return {"preset": "private_chat", "is_direct": True, "invite": [coach.user], "creation_content": creation}


def check_no_answer(team, thread, event):
    """A last call shows that the coach has read the event."""
    team.check_silence_after(event)
    keys = [message["content"].get("declic.delivery") for message in team.coach_messages()]
    assert delivery_key(f"{team.room}/{thread}", event, 0) not in keys, "the coach believed it"


def beside_somebody(house):
    """Eve, a coach, the room of somebody who has greeted it, and Eve's own with it."""
    anne, eve = people(house, 2)
    coach = house.coach().start().wait_ready()
    talk, other = house.talk(anne, coach).wait_joined(), house.talk(eve, coach).wait_joined()
    talk.ask("Bonjour")
    return eve, coach, talk, other


def test_named_predecessor(house):
    """Whoever makes a room may name any room as its predecessor: leaving or refusing it leaves no other."""
    anne, eve, stranger = people(house, 3)
    coach = house.coach(allow=[person.user["user_id"] for person in (anne, eve)]).start().wait_ready()
    talk = house.talk(anne, coach).wait_joined()
    talk.ask("Bonjour")
    left = eve.create(options=naming(talk.room, coach))["room"]
    eve.member(room=left, user=coach.user, **{"is": "join"})
    eve.leave(room=left)
    house.wait_empty(left)
    refused = stranger.create(options=naming(talk.room, coach))["room"]
    stranger.member(room=refused, user=coach.user, **{"is": "leave"})
    talk.ask("Toujours là ?")
    anne.member(room=talk.room, user=coach.user, **{"is": "join"}, timeout=1)
    return talk.check_each_answered_once()


def test_impossible_ids(house):
    """Encrypted words that answer an event that cannot be stop nobody, also after a restart."""
    eve, coach, talk, other = beside_somebody(house)
    other.ask("Bonjour")
    impossible = ["$" + "é" * 12_000, "$a\0b", "$" + "a" * 30_000]
    for event in impossible:
        words = {"msgtype": "m.text", "body": "Et ça ?", "m.mentions": {}, "m.relates_to": {"m.in_reply_to": {"event_id": event}}}
        send_raw(house, eve, coach, other.room, {"type": "m.room.message", "room_id": other.room, "content": words})
        talk.ask(PROJECT)
        other.ask("Et maintenant ?")
    coach.kill()
    coach.start().wait_ready()
    talk.ask("Encore là ?")
    other.check_each_answered_once()
    return talk.check_each_answered_once()


def test_event_without_type(house):
    """An encrypted event that makes no sense to the SDK: what came with it is answered, and the coach goes on."""
    eve, coach, talk, other = beside_somebody(house)
    coach.stop()
    talk.say(PROJECT)
    send_raw(house, eve, coach, other.room, {"room_id": other.room, "content": {}})
    talk.say("Et encore ?")
    coach.start().wait_ready()
    talk.answer_to(talk.said[-1])
    send_raw(house, eve, coach, other.room, {"room_id": other.room, "content": {}})
    talk.ask("Encore là ?")
    other.ask("Et moi ?")
    assert coach.process.poll() is None, coach.tail()
    assert coach.log.read_text().count("makes no sense to the SDK") == 2, "the SDK made sense of it"
    other.check_each_answered_once()
    return talk.check_each_answered_once()


def test_sealed_settings(house):
    """Deletions and settings that somebody encrypts are believed by nobody: the homeserver did not check who may."""
    anne, bruno = people(house, 2)
    coach = house.coach().start().wait_ready()
    team = Room(coach, [anne, bruno])
    first = team.call(QUEUE)
    team.answer(first, thread=first)
    deletion = bruno.seal(room=team.room, type="m.room.redaction", content={"redacts": first})["event_id"]
    check_no_answer(team, first, deletion)
    came = {"type": "m.room.member", "state_key": coach.user, "room_id": team.room, "content": {"membership": "join"}}
    send_raw(house, bruno, coach, team.room, came)
    choice = team.say("2", content=in_thread(first))
    assert "Combien de personnes" in team.answer(choice, thread=first), "the first words were withdrawn"
    team.wait_notice("j'aide à trouver")
    team.check_each_once()


def test_edit_of_others(house):
    """Homeservers do not look who changes whose words: the coach does."""
    anne, bruno = people(house, 2)
    coach = house.coach().start().wait_ready()
    team = Room(coach, [anne, bruno])
    first = team.call(QUEUE)
    team.answer(first, thread=first)
    forged = team.say(PROJECT, by=bruno, content=mention(coach), edit=first)
    check_no_answer(team, first, forged)
    choice = team.say("2", content=in_thread(first))
    assert "Combien de personnes" in team.answer(choice, thread=first), "the words of another were changed"
    own = team.say(PROJECT, content=mention(coach), edit=first)
    team.answer(own, thread=first)
    team.check_each_once()


def test_tombstone_at_home(house):
    """A person closes their own room in favour of one that is none of theirs: the coach comes there all the same when asked."""
    anne, eve = people(house, 2)
    coach = house.coach().start().wait_ready()
    trap = house.talk(eve, coach).wait_joined()
    trap.ask("Bonjour")
    victim = anne.create(options={"preset": "private_chat", "power_level_content_override": {"invite": 100}})["room"]
    eve.state(room=trap.room, type="m.room.tombstone", content={"body": "par ici", "replacement_room": victim})
    time.sleep(2)  # It has tried the door.
    anne.invite(room=victim, user=coach.user)
    talk = house.talk(anne, coach, victim).wait_joined()
    talk.ask(PROJECT)
    anne.member(room=victim, user=coach.user, **{"is": "join"}, timeout=1)
    return talk.check_each_answered_once()


def test_console_in_company(house):
    """A link into the console is not brought where somebody else reads, even in the management room."""
    boss, second = people(house, 2)
    administrators = [person.user["user_id"] for person in (boss, second)]
    coach = house.coach(administrators=administrators, console=[f"Anne <{administrators[0]}>"]).start().wait_ready()
    room = boss.invited(by=coach.user)["room"]
    boss.join(room=room)
    boss.hears(room=room, sender=coach.user, words="réservé à la gestion")
    assert "/console/lien/" in order(boss, room, "console")["content"]["formatted_body"], "no link"
    boss.invite(room=room, user=second.user["user_id"])
    second.join(room=room)
    boss.member(room=room, user=second.user["user_id"], **{"is": "join"})
    answer = order(boss, room, "console")["content"]
    assert "/lien/" not in json.dumps(answer) and "message privé" in answer["body"], "everybody there has the link"


def test_orders_while_away(house):
    """What administrators write in the management room while the coach restarts is an order, and no dialogue."""
    boss, coach, room = office(house)
    order(boss, room, "aide")
    coach.stop()
    event = boss.send(room=room, body="salons")["event_id"]
    coach.start().wait_ready()
    answer = boss.answer(room=room, key=delivery_key(room, event, 0))["message"]["content"]["body"]
    assert room in answer, f"the dialogue has answered: {answer}"


def test_listed_room_upgraded(house):
    """A team's room that is listed by its id stays listed when it is upgraded."""
    anne, bruno = people(house, 2)
    coach = house.coach()
    others = {"users": [coach.user, bruno.user["user_id"]]}
    room = anne.group(**others)["room"]
    coach.settings["rooms"] = [room]
    coach.start().wait_ready()
    bruno.join(room=room)
    anne.member(room=room, user=coach.user, **{"is": "join"})
    new = anne.upgrade(room=room, version="11")["room"]
    for user in others["users"]:
        anne.invite(room=new, user=user)
    bruno.join(room=new)
    anne.member(room=new, user=coach.user, **{"is": "join"})
    anne.member(room=room, user=coach.user, **{"is": "leave"})
    team = Room.__new__(Room)
    team.coach, team.people, team.person, team.room = coach, [anne, bruno], anne, new
    call = team.call(QUEUE)
    team.answer(call, thread=call)


def test_session_ends_while_reading(house):
    """The session ends in the middle of reading what was missed: the coach signs in again, and nothing is lost."""
    network = Network(house.homeserver)
    person, coach = house.person(), house.coach(network).start().wait_ready()
    talk = house.talk(person, coach).wait_joined()
    talk.ask("Bonjour")
    coach.stop()
    for number in range(25):  # More than a response brings.
        talk.say(f"Message {number}")
    old, over = session_of(coach)["access_token"], []

    def answer(path, token):
        if token == old and "/messages" in path:
            over.append(path)
        ended = over and (token == old or path.endswith("/refresh"))
        return (401, {"errcode": "M_UNKNOWN_TOKEN", "error": "", "soft_logout": True}) if ended else None

    network.answer = answer
    coach.start()
    talk.answer_to(talk.said[-1], timeout=90)
    assert over, "nothing was missed"
    return talk.check_each_answered_once()


TESTS = {name[5:]: test for name, test in list(globals().items()) if name.startswith("test_")}
