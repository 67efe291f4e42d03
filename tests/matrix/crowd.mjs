// Many people at once, in one process: each has an encrypted room with the coach and holds whole dialogues with it at a
// human pace. What a person tells the coach they also tell the echo bot, in a room of its own.
//
// The first line on standard input says who (see `main`); then `talk`, `hush` and `quit`, a line each. Standard output
// tells what was said and heard, as lines of JSON. Usage: node crowd.mjs http://127.0.0.1:8008
import 'fake-indexeddb/auto';
import fs from 'node:fs';
import readline from 'node:readline';

const output = process.stdout.write.bind(process.stdout);
const tell = (line) => output(JSON.stringify(line) + '\n');
for (const level of ['log', 'info', 'debug', 'warn', 'error', 'trace']) console[level] = () => {};
const sdk = await import('matrix-js-sdk');
(await import('matrix-js-sdk/lib/logger.js')).logger.setLevel?.(5);
// A request that the homeserver's restart has cut is no reason to leave.
process.on('unhandledRejection', (error) => tell({ kind: 'trouble', what: String(error?.message ?? error) }));

const baseUrl = process.argv[2];
const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
let talking = false;

/** The same seed gives the same choices (mulberry32). */
function chanceOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Person {
  constructor(user, seed, words) {
    this.user = user;
    this.words = words;
    this.chance = chanceOf(seed);
    this.choices = 0; // how many numbered choices the coach gave last
    this.sent = 0;
  }

  pick(list) { return list[Math.floor(this.chance() * list.length)]; }

  async enter(password, bots) {
    const identifier = { type: 'm.id.user', user: this.user };
    const login = { type: 'm.login.password', identifier, password, initial_device_display_name: 'Test' };
    const session = await sdk.createClient({ baseUrl }).loginRequest(login);
    this.client = sdk.createClient({
      baseUrl, userId: session.user_id, deviceId: session.device_id, accessToken: session.access_token,
    });
    await this.client.initRustCrypto({ useIndexedDB: false });
    await this.client.getCrypto().bootstrapCrossSigning({
      setupNewCrossSigning: true,
      authUploadDeviceSigningKeys: async (request) => request({ type: 'm.login.password', identifier, password }),
    });
    for (const news of ['event', 'Event.decrypted']) this.client.on(news, (event) => this.hear(event, bots));
    await this.client.startClient({ initialSyncLimit: 20, pendingEventOrdering: 'detached' });
    this.rooms = {};
    for (const [name, bot] of Object.entries(bots)) this.rooms[name] = await this.meet(bot);
    tell({ kind: 'person', user: session.user_id, token: session.access_token, rooms: this.rooms });
  }

  async meet(bot) {
    const options = { preset: 'trusted_private_chat', initial_state: [encryption], is_direct: true, invite: [bot] };
    const { room_id } = await this.client.createRoom(options);
    while (this.client.getRoom(room_id)?.getMember(bot)?.membership !== 'join') await sleep(0.2);
    return room_id;
  }

  async hear(event, bots) {
    const sealed = event.isDecryptionFailure();
    const message = event.getType() === 'm.room.message' || sealed;
    if (!message || !Object.values(bots).includes(event.getSender())) return;
    const content = event.getContent();
    const shield = sealed ? null : await this.client.getCrypto().getEncryptionInfoForEvent(event);
    if (event.getSender() === bots.coach && !sealed) this.choices = (content.body.match(/^\d+\. /gm) ?? []).length;
    tell({
      kind: 'heard', room: event.getRoomId(), event: event.getId(), sealed,
      key: content['declic.delivery'] ?? content['echo.of'] ?? null, shield: shield?.shieldColour ?? null,
    });
  }

  /** What a person says next, dialogue after dialogue. */
  * sentences() {
    const { greetings, means, asides, thanks, anew, needs } = this.words;
    for (;;) {
      if (this.chance() < 0.7) yield this.pick(greetings);
      yield this.pick(needs);
      for (let turns = 4 + Math.floor(this.chance() * 8); turns > 0; turns -= 1) {
        const chance = this.chance();
        if (this.choices && chance < 0.65) yield String(1 + Math.floor(this.chance() * this.choices));
        else yield this.pick(chance < 0.8 ? means : chance < 0.93 ? asides : needs);
      }
      yield this.pick(thanks);
      yield this.pick(anew);
    }
  }

  /** Until the homeserver has it: a person presses « send again ». */
  async say(name, body) {
    const room = this.rooms[name];
    const transaction = `${this.user}-${this.sent += 1}`;
    const content = { msgtype: 'm.text', body, 'm.mentions': {} };
    let send = () => this.client.sendEvent(room, 'm.room.message', content, transaction);
    for (;;) {
      try {
        const { event_id } = await send();
        return tell({ kind: 'said', room, event: event_id, body });
      } catch {
        await sleep(2);
      }
      const unsent = this.client.getRoom(room).getPendingEvents().find((event) => event.getTxnId() === transaction);
      if (!unsent) return undefined; // it arrived after all, and came back through the sync
      send = async () => this.client.resendEvent(unsent, this.client.getRoom(room));
    }
  }

  async talk([shortest, longest]) {
    const sentences = this.sentences();
    await sleep(this.chance() * longest);
    while (talking) {
      const body = sentences.next().value;
      // Some write a second message before the first is answered.
      const pause = this.chance() < 0.1 ? 1 : shortest + this.chance() * (longest - shortest);
      await this.say('coach', body);
      await sleep(pause / 2);
      if (this.rooms.echo) await this.say('echo', body);
      await sleep(pause / 2);
    }
  }
}

async function main(lines) {
  const { users, password, mirrored, coach, echo, seed, pace, words } = JSON.parse((await lines.next()).value);
  const said = JSON.parse(fs.readFileSync(words.file));
  said.needs = words.needs;
  const people = users.map((user, index) => new Person(user, seed * 1000 + index, said));
  const waiting = people.map((person, index) => [person, index < mirrored ? { coach, echo } : { coach }]);
  const enter = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next[0].enter(password, next[1]);
  };
  await Promise.all([enter(), enter(), enter(), enter()]);
  tell({ kind: 'ready' });
  let talks = [];
  for await (const command of lines) {
    if (command === 'talk') {
      talking = true;
      talks = people.map((person) => person.talk(pace));
    } else if (command === 'hush') {
      talking = false;
      Promise.all(talks).then(() => tell({ kind: 'quiet' }));
    } else process.exit(0);
  }
}

await main(readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]());
process.exit(0);
