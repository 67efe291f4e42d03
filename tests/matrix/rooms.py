"""Team rooms, threads, polls and reactions, as people meet them."""
import itertools
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from coach import delivery_key
from homeserver import PATIENCE
from network import Network

PROJECT = "Nous voulons comprendre ce que vivent les usagers à l'accueil de la mairie, nous sommes quatre et avons deux jours"
# Answered by a question with five choices.
QUEUE = "Les gens reviennent trois fois au guichet parce qu'il manque toujours un papier"
POLL = "org.matrix.msc3381.poll.start"
POLL_END = "org.matrix.msc3381.poll.end"


def mention(coach):
    return {"m.mentions": {"user_ids": [coach.user]}}


def in_thread(root):
    return {"m.relates_to": {"rel_type": "m.thread", "event_id": root, "is_falling_back": True, "m.in_reply_to": {"event_id": root}}}


def replying(event):
    return {"m.relates_to": {"m.in_reply_to": {"event_id": event}}}


class Room:
    """A room of several people with the coach, seen by the first of them."""

    def __init__(self, coach, people, **options):
        self.coach, self.people, self.person = coach, people, people[0]
        others = [person.user["user_id"] for person in people[1:]]
        self.room = self.person.group(users=[coach.user, *others], **options)["room"]
        for person in people[1:]:
            person.join(room=self.room)
        self.person.member(room=self.room, user=coach.user, **{"is": "join"})
        # A client that has not seen the whole room yet cannot encrypt for it.
        for person in people[1:]:
            person.member(room=self.room, user=coach.user, **{"is": "join"})

    def say(self, body, by=None, content=None, **options):
        return (by or self.person).send(room=self.room, body=body, content=content or {}, **options)["event_id"]

    def call(self, body, by=None, content=None, **options):
        return self.say(body, by, {**mention(self.coach), **(content or {})}, **options)

    def answer(self, event, thread=None, timeout=30, part=0):
        """The answer of the coach to an event, checked to be in its thread."""
        address = f"{self.room}/{thread}" if thread else self.room
        message = self.person.answer(room=self.room, key=delivery_key(address, event, part), timeout=timeout)["message"]
        relation = message["content"].get("m.relates_to") or {}
        if thread:
            assert relation.get("rel_type") == "m.thread" and relation["event_id"] == thread, relation
        else:
            assert relation.get("rel_type") != "m.thread", relation
        assert message["content"]["m.mentions"] == {}, "the coach rings a bell"
        return message["content"]["body"]

    def notices(self, word):
        return [m for m in self.coach_messages() if word in m["content"].get("body", "")]

    def wait_notice(self, word, many=1, timeout=20):
        end = time.monotonic() + timeout * PATIENCE
        while time.monotonic() < end:
            if len(found := self.notices(word)) >= many:
                assert len(found) == many, f"{len(found)} times « {word} »"
                return found[-1]
            time.sleep(0.1)
        raise AssertionError(f"{len(self.notices(word))} times « {word} », not {many}")

    def coach_messages(self):
        messages = self.person.messages(room=self.room)["messages"]
        return [message for message in messages if message["sender"] == self.coach.user]

    def check_silence_after(self, *events):
        """Nothing of the coach's answers these events. A last call shows that it has read them."""
        last = self.call("Et pour finir ?")
        self.answer(last, thread=last)
        keys = {message["content"].get("declic.delivery") for message in self.coach_messages()}
        for event in events:
            for address in [self.room, f"{self.room}/{event}"]:
                assert delivery_key(address, event, 0) not in keys, f"{event}: the coach meddles"

    def check_each_once(self):
        keys = [message["content"].get("declic.delivery") for message in self.coach_messages()]
        assert len(keys) == len(set(keys)), "an answer came twice"


def people(house, count):
    """Several at once: signing in takes its time."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: house.person(), range(count)))


def test_team_room(house):
    """Only what calls the coach is answered, in a thread of its own, where everybody may answer; several go on at once."""
    anne, bruno = people(house, 2)
    coach = house.any_coach()
    team = Room(coach, [anne, bruno])
    team.wait_notice("j'aide à trouver")
    first = team.call(QUEUE)
    assert "1. " in team.answer(first, thread=first), "no numbered choices"
    second = team.say(f"!declic {PROJECT}", by=bruno)
    team.answer(second, thread=second)
    # The first thread waits for a time: another member gives it, without any mention.
    choice = team.say("2", by=bruno, content=in_thread(first))
    assert "Combien de personnes" in team.answer(choice, thread=first), "the thread was not gone on with"
    count = team.say("6", content=in_thread(first))
    assert "6 personnes" in team.answer(count, thread=first)
    # The second dialogue knows nothing of it.
    summary = team.say("résumé", by=bruno, content=in_thread(second))
    assert "6 personnes" not in team.answer(summary, thread=second), "two dialogues are mixed up"
    aside = [team.say("Entre nous"), team.say("Tu manges où ?", by=bruno)]
    team.check_silence_after(*aside)
    team.check_each_once()
    return {"threads": 2}


def test_ways_to_call(house):
    """A pill or the name where a client gives no mentions, the command word, a reply, the name alone; and what is no call."""
    anne, bruno = people(house, 2)
    coach = house.any_coach()
    team = Room(coach, [anne, bruno])
    pill = f'<a href="https://matrix.to/#/{coach.user}">{coach.name}</a>: {QUEUE}'
    old = {"m.mentions": None}
    calls = [
        team.say(f"{coach.name}: {QUEUE}", content={**old, "format": "org.matrix.custom.html", "formatted_body": pill}),
        team.say(f"Bonjour {coach.name}, {QUEUE}", content=old),
        team.say(f"@declic {QUEUE}"),
        team.call(QUEUE, content=replying(team.say("Que faire ?", by=bruno))),
    ]
    for event in calls:
        assert "guichet" not in team.answer(event, thread=event), "the coach quotes the call"
    alone = team.call(coach.name)
    assert "Décrivez" in team.answer(alone, thread=alone), "the name alone is no greeting"
    question = [m for m in team.coach_messages() if (m["content"].get("m.relates_to") or {}).get("event_id") == calls[0]][-1]
    reply = team.say("2", by=bruno, content=replying(question["event_id"]))
    assert "Combien de personnes" in team.answer(reply, thread=calls[0]), "a reply is not heard"
    elsewhere = team.say("Un fil entre nous")
    inside = team.call(PROJECT, by=bruno, content=in_thread(elsewhere))
    team.answer(inside, thread=elsewhere)
    no_calls = [
        team.say(f"{coach.name} est un robot"),
        team.say("Déclicologie"),
        team.say("Moi aussi", content=in_thread(elsewhere)),
        team.say("Et là ?", content=replying("$nulle-part")),
        team.say(f"{coach.name}: {PROJECT}", content={"msgtype": "m.notice", **mention(coach)}),
        team.say(PROJECT, content={**mention(coach), "declic.delivery": "d1xxxxxxxxxxxxxxxxxxxxxx"}),
    ]
    team.check_silence_after(*no_calls)
    for event in no_calls:
        assert delivery_key(f"{team.room}/{elsewhere}", event, 0) not in [
            m["content"].get("declic.delivery") for m in team.coach_messages()
        ], "the coach meddles in a thread"
    edited = team.say("Une idée pour le guichet")
    time.sleep(1)
    team.call(QUEUE, edit=edited)
    assert "1. " in team.answer(edited, thread=edited), "a call in an edit is not heard"
    corrected = team.say(PROJECT, edit=edited)
    team.answer(corrected, thread=edited)
    team.check_each_once()
    return {"ways": len(calls) + 4}


def test_arrival_once(house):
    """The coach presents itself once in a team's room, also after a restart and when it comes back."""
    anne, bruno = people(house, 2)
    coach = house.coach().start().wait_ready()
    team = Room(coach, [anne, bruno])
    word = team.wait_notice("j'aide à trouver")
    assert "!declic" in word["content"]["body"] and "Mention me" in word["content"]["body"]
    coach.kill()
    coach.start().wait_ready()
    anne.kick(room=team.room, user=coach.user)
    anne.member(room=team.room, user=coach.user, **{"is": "leave"})
    anne.invite(room=team.room, user=coach.user)
    anne.member(room=team.room, user=coach.user, **{"is": "join"})
    call = team.call(QUEUE)
    team.answer(call, thread=call)
    team.wait_notice("j'aide à trouver")
    return {"words": 1}


def test_direct_threads(house):
    """A thread that a person opens in a room of two is answered there, and the main dialogue waits where it was."""
    anne = house.person()
    coach = house.any_coach()
    talk = direct(house, anne, coach)
    first = talk.say(QUEUE)
    assert "1. " in talk.answer(first)
    aside = talk.say(PROJECT, content=in_thread(first))
    talk.answer(aside, thread=first)
    goes_on = talk.say("2")
    assert "Combien de personnes" in talk.answer(goes_on), "the main dialogue was lost"
    talk.check_each_once()


def test_open_rooms(house):
    """Where others may read along, the first answer says so, once per room."""
    anne, bruno = people(house, 2)
    coach = house.any_coach()
    team = Room(coach, [anne, bruno], encrypted=False, history="shared")
    for _ in range(2):
        call = team.call(QUEUE)
        body = team.answer(call, thread=call)
    assert "pas chiffré" not in body, "the warning is repeated"
    warning = team.wait_notice("pas chiffré")["content"]
    assert "rejoindra ce salon" in warning["body"] and "<strong>" in warning["formatted_body"]
    public = Room(coach, [anne, bruno], encrypted=False, history="world_readable")
    call = public.call(QUEUE)
    assert "historique de ce salon est public" in public.answer(call, thread=call)
    private = Room(coach, [anne, bruno], history="invited")
    call = private.call(QUEUE)
    body = private.answer(call, thread=call)
    assert "pas chiffré" not in body and "rejoindra" not in body, body
    return {"warnings": 2}


def test_switched_off(house):
    """Who administers a room may silence the coach there, also across a restart; others are told that they may not."""
    anne, bruno = people(house, 2)
    coach = house.coach().start().wait_ready()
    team = Room(coach, [anne, bruno])
    team.say("!declic silence", by=bruno)
    team.wait_notice("Seules les personnes")
    team.say("@declic silence")
    team.wait_notice("je me tais")
    unheard = [team.call(QUEUE), team.call(PROJECT, by=bruno)]
    time.sleep(1)
    coach.kill()
    coach.start().wait_ready()
    unheard.append(team.call(QUEUE, by=bruno))
    team.say("!declic parle", by=bruno)
    team.wait_notice("Seules les personnes", many=2)
    team.say("!declic parle")
    team.wait_notice("Me revoici")
    team.check_silence_after(*unheard)
    team.check_each_once()
    return {"unheard": len(unheard)}


def test_listed_rooms(house):
    """With a list of rooms, the coach works there only; it says so and leaves another team's room, until that has a name
    of the list. Direct rooms stay open."""
    anne, bruno = people(house, 2)
    alias = house.name("salon")
    coach = house.coach(rooms=[f"#{alias}:localhost", f"#{alias}-*:localhost"]).start().wait_ready()
    listed = Room(coach, [anne, bruno], alias=alias)
    call = listed.call(QUEUE)
    listed.answer(call, thread=call)
    other = Room(coach, [anne, bruno])
    other.wait_notice("je le quitte")
    anne.member(room=other.room, user=coach.user, **{"is": "leave"})
    anne.name(room=other.room, alias=f"#{alias}-deux:localhost")
    anne.invite(room=other.room, user=coach.user)
    anne.member(room=other.room, user=coach.user, **{"is": "join"})
    call = other.call(QUEUE)
    other.answer(call, thread=call)
    room = anne.direct(user=coach.user)["room"]
    anne.member(room=room, user=coach.user, **{"is": "join"})
    event = anne.send(room=room, body=QUEUE)["event_id"]
    anne.answer(room=room, key=delivery_key(room, event, 0))


def direct(house, person, coach):
    talk = Room.__new__(Room)
    talk.coach, talk.people, talk.person = coach, [person], person
    talk.room = person.direct(user=coach.user)["room"]
    person.member(room=talk.room, user=coach.user, **{"is": "join"})
    return talk


def polls(room, least):
    return room.person.events(room=room.room, type=POLL, sender=room.coach.user, least=least)["events"]


def ends(room, least):
    found = room.person.events(room=room.room, type=POLL_END, sender=room.coach.user, least=least)["events"]
    return [event["content"]["m.relates_to"]["event_id"] for event in found]


def key_of(room, event, conversation, poll, person):
    """The name of a first vote, as the coach keeps it: that of the event and, veiled, of the voter."""
    voter = delivery_key(conversation, f"{poll} {person.user['user_id']}", 0)
    return f"{event}#{voter}"


def test_polls(house):
    """A question with one answer is a poll as well: a vote answers it, another vote corrects, a late one is told so."""
    anne, bruno = people(house, 2)
    coach = house.coach(choices="sondages").start().wait_ready()
    team = Room(coach, [anne, bruno])
    call = team.call(QUEUE)
    assert "1. " in team.answer(call, thread=call), "the text has no numbers"
    poll = polls(team, 1)[0]
    content, place = poll["content"][POLL], f"{team.room}/{call}"
    assert poll["encrypted"] and poll["content"]["m.relates_to"]["event_id"] == call, poll
    labels = [answer["org.matrix.msc1767.text"] for answer in content["answers"]]
    assert content["max_selections"] == 1 and labels[1] == "Une demi-journée", content
    assert "temps" in content["question"]["body"], content["question"]
    answers = [answer["id"] for answer in content["answers"]]
    vote = anne.vote(room=team.room, poll=poll["event_id"], answers=[answers[1]])["event_id"]
    name = key_of(team, vote, place, poll["event_id"], anne)
    assert "Combien de personnes" in team.answer(name, thread=call), "a vote is no answer"
    assert ends(team, 1) == [poll["event_id"]], "the poll was not closed"
    change = anne.vote(room=team.room, poll=poll["event_id"], answers=[answers[0]])["event_id"]
    team.answer(change, thread=call)
    summary = team.say("résumé", content=in_thread(call))
    body = team.answer(summary, thread=call)
    assert "1 h" in body and "demi-journée" not in body, f"the changed vote did not correct: {body}"
    bruno.vote(room=team.room, poll=poll["event_id"], answers=[answers[2]])
    team.wait_notice("déjà sa réponse")
    taken_back = anne.vote(room=team.room, poll=poll["event_id"], answers=[])["event_id"]
    assert "temps" in team.answer(taken_back, thread=call), "a vote that is taken back is not asked again"
    asked_again = polls(team, 2)[-1]
    typed = team.say("3", by=bruno, content=in_thread(call))
    team.answer(typed, thread=call)
    assert asked_again["event_id"] in ends(team, 2), "a typed answer does not close the poll"
    team.check_each_once()
    return {"polls": len(polls(team, 2)), "ends": len(ends(team, 2))}


def test_polls_cut_on_the_way(house):
    """The homeserver takes a poll or its end, and the coach never hears so: nobody sees either twice."""
    network = Network(house.homeserver, cut=0.4, seed=3)
    anne = house.person()
    coach = house.coach(network, choices="sondages").start().wait_ready()
    talk = direct(house, anne, coach)
    for _ in range(3):
        first = talk.say(QUEUE)
        talk.answer(first, timeout=90)
        choice = talk.say("2")
        talk.answer(choice, timeout=90)
        for word in ["recommencer", "oui"]:
            talk.answer(talk.say(word), timeout=90)
    assert network.cuts > 2, "the network was not cut"
    keys = [event["content"]["declic.delivery"] for event in polls(talk, 3)]
    over = ends(talk, 3)
    assert len(keys) == len(set(keys)), "a poll came twice"
    assert len(over) == len(set(over)), "a poll was closed twice"
    talk.check_each_once()
    return {"cuts": network.cuts, "polls": len(keys), "ends": len(over)}


def test_reactions(house):
    """A number below the question answers it, its removal withdraws; below an old question it is told to be late."""
    anne = house.person()
    coach = house.any_coach()
    talk = direct(house, anne, coach)
    first = talk.say(QUEUE)
    talk.answer(first)
    question = [m for m in talk.coach_messages() if "1. Une heure" in m["content"]["body"]][-1]
    reaction = anne.react(room=talk.room, event=question["event_id"], sign="2️⃣")["event_id"]
    assert "Combien de personnes" in talk.answer(reaction), "a reaction is no answer"
    anne.react(room=talk.room, event=question["event_id"], sign="3️⃣")
    talk.wait_notice("déjà sa réponse")
    removal = anne.redact(room=talk.room, event=reaction)["event_id"]
    assert "temps" in talk.answer(removal), "a reaction that is taken away is not withdrawn"
    erase = talk.say("effacer")
    talk.answer(erase)
    confirm = talk.coach_messages()[-1]
    thanks = anne.react(room=talk.room, event=question["event_id"], sign="🎉")["event_id"]
    yes = anne.react(room=talk.room, event=confirm["event_id"], sign="✅")["event_id"]
    talk.answer(yes)
    assert not [m for m in talk.coach_messages() if m["content"].get("declic.delivery") == delivery_key(talk.room, thanks, 0)]
    talk.check_each_once()


def test_seeded_reactions(house):
    """Where it is configured, the coach puts the numbers below its question."""
    anne = house.person()
    coach = house.coach(choices="réactions").start().wait_ready()
    talk = direct(house, anne, coach)
    talk.answer(talk.say(QUEUE))
    question = [m for m in talk.coach_messages() if "1. Une heure" in m["content"]["body"]][-1]
    seeds = anne.events(room=talk.room, type="m.reaction", sender=coach.user, least=5)["events"]
    relations = [seed["content"]["m.relates_to"] for seed in seeds]
    assert [relation["key"] for relation in relations] == ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣"], relations
    assert {relation["event_id"] for relation in relations} == {question["event_id"]}
    reaction = anne.react(room=talk.room, event=question["event_id"], sign="2️⃣")["event_id"]
    assert "Combien de personnes" in talk.answer(reaction)
    return {"seeds": len(seeds)}


def test_killed_before_the_reactions(house):
    """`kill -9` when the question is there and its reactions are not, or not all: they are completed, nothing comes twice."""
    network = Network(house.homeserver)
    anne = house.person()
    coach = house.coach(network, choices="réactions").start().wait_ready()
    # Before the homeserver has the first reaction; before it has the fourth; when it has the second, unknown to the coach.
    for hook, number in [("answer", 0), ("answer", 3), ("answered", 1)]:
        talk = direct(house, anne, coach)
        killed, numbers = threading.Event(), itertools.count()

        def kill(request, _):
            if "/send/m.reaction/" in getattr(request, "path", request) and next(numbers) == number:
                coach.kill()
                killed.set()
                return 502, {}
            return None

        setattr(network, hook, kill)
        question = talk.say(QUEUE)
        assert killed.wait(60 * PATIENCE), "there was no reaction"
        setattr(network, hook, lambda *_: None)
        coach.start().wait_ready()
        seeds = anne.events(room=talk.room, type="m.reaction", sender=coach.user, least=5)["events"]
        relations = [seed["content"]["m.relates_to"] for seed in seeds]
        assert [relation["key"] for relation in relations] == ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣"], relations
        everything = house.homeserver.events(talk.room, anne.user["access_token"])
        assert [event["type"] for event in everything].count("m.reaction") == 5, "a reaction came twice"
        asked = [m for m in talk.coach_messages() if m["content"].get("declic.delivery") == delivery_key(talk.room, question, 0)]
        assert {relation["event_id"] for relation in relations} == {message["event_id"] for message in asked}
        reaction = anne.react(room=talk.room, event=asked[0]["event_id"], sign="2️⃣")["event_id"]
        assert "Combien de personnes" in talk.answer(reaction)
        talk.check_each_once()
    return {"kills": 3}


def test_long_answer(house):
    """An answer of several messages stays in its thread and in order, none of them twice, although the way is cut."""
    folder, network = house.conversations(), Network(house.homeserver, seed=5)
    script, paragraphs = folder / "coach.yaml", [f"Paragraphe {number} : {'mot ' * 60}" for number in range(100)]
    before = "    Vous pouvez écrire, à tout moment :\n"
    longer = "".join(f"    {paragraph}\n\n" for paragraph in paragraphs) + before
    assert before in (short := script.read_text()), "the help has changed"
    script.write_text(short.replace(before, longer))
    anne, bruno = people(house, 2)
    coach = house.coach(network, content={"conversations": str(folder)}).start().wait_ready()
    team = Room(coach, [anne, bruno])
    call = team.call(QUEUE)
    team.answer(call, thread=call)
    network.cut = 0.5
    asked = team.say("aide", by=bruno, content=in_thread(call))
    after = team.say("résumé", content=in_thread(call))
    team.answer(after, thread=call, timeout=90)
    network.cut = 0
    assert network.cuts > 0, "the way was not cut"
    places = {event: place for place, event in enumerate(house.order(anne, team.room))}
    said = sorted(team.coach_messages(), key=lambda message: places[message["event_id"]])
    key, last = [delivery_key(f"{team.room}/{call}", event, 0) for event in [asked, after]]
    keys = [message["content"].get("declic.delivery") for message in said]
    parts = [message for message in said if message["content"].get("declic.delivery", "").split(".")[0] == key]
    assert len(parts) >= 3, f"the answer has {len(parts)} parts"
    assert keys[-len(parts) - 1:] == [key, *[f"{key}.{number}" for number in range(1, len(parts))], last], keys
    for part in parts:
        relation = part["content"]["m.relates_to"]
        assert (relation["rel_type"], relation["event_id"]) == ("m.thread", call), relation
    words = "\n\n".join(part["content"]["body"] for part in parts)
    assert re.findall(r"Paragraphe (\d+)", words) == [str(number) for number in range(100)], "the answer is in disorder"
    team.check_each_once()
    return {"parts": len(parts), "cuts": network.cuts}


def test_team_accidents(house):
    """Two answers at once, a root that is deleted, a room that shrinks and grows in the middle of a dialogue."""
    anne, bruno = people(house, 2)
    coach = house.any_coach()
    team = Room(coach, [anne, bruno])
    call = team.call(QUEUE)
    team.answer(call, thread=call)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda by: team.say("2", by=by, content=in_thread(call)), [anne, bruno]))
    for event in both:
        team.answer(event, thread=call)
    deletion = anne.redact(room=team.room, event=call)["event_id"]
    team.answer(deletion, thread=call)
    after = team.say(PROJECT, by=bruno, content=in_thread(call))
    team.answer(after, thread=call)
    bruno.leave(room=team.room)
    anne.member(room=team.room, user=bruno.user["user_id"], **{"is": "leave"})
    alone = team.say(QUEUE)
    assert "1. " in team.answer(alone), "in a room of two, everything is for the coach"
    anne.invite(room=team.room, user=bruno.user["user_id"])
    bruno.join(room=team.room)
    anne.member(room=team.room, user=bruno.user["user_id"], **{"is": "join"})
    question = [m for m in team.coach_messages() if m["content"].get("declic.delivery") == delivery_key(team.room, alone, 0)][-1]
    goes_on = team.say("2", content=replying(question["event_id"]))
    assert "Combien de personnes" in team.answer(goes_on), "the dialogue of the room was lost"
    team.check_silence_after(team.say("2"))
    team.check_each_once()


def test_room_grows(house):
    """A third person joins a dialogue of two: the coach says how it is called from now on, once, and the dialogue goes on."""
    anne, bruno = people(house, 2)
    coach = house.any_coach()
    talk = direct(house, anne, coach)
    first = talk.say(QUEUE)
    talk.answer(first)
    anne.invite(room=talk.room, user=bruno.user["user_id"])
    bruno.join(room=talk.room)
    talk.wait_notice("maintenant plusieurs")
    question = [m for m in talk.coach_messages() if "1. Une heure" in m["content"]["body"]][-1]
    reply = talk.say("2", content=replying(question["event_id"]))
    assert "Combien de personnes" in talk.answer(reply)
    talk.wait_notice("maintenant plusieurs")
    talk.check_each_once()


TESTS = {name[5:]: test for name, test in list(globals().items()) if name.startswith("test_")}
