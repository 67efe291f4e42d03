// A Matrix client that this project did not write: matrix-js-sdk with its Rust crypto, the engine of Element and Tchap
// web. It is driven by lines of JSON: {"id":1,"command":"login",…} on standard input, {"id":1,"ok":true,…} or
// {"id":1,"ok":false,"error":"…"} on standard output. Usage: node client.mjs http://127.0.0.1:8008
import 'fake-indexeddb/auto';
import readline from 'node:readline';

const output = process.stdout.write.bind(process.stdout);
const say = (line) => output(JSON.stringify(line) + '\n');
// The SDK is talkative; standard output is ours alone.
for (const level of ['log', 'info', 'debug', 'warn', 'error', 'trace']) {
  console[level] = (...words) => process.env.CLIENT_DEBUG && process.stderr.write(words.map(String).join(' ') + '\n');
}
const sdk = await import('matrix-js-sdk');
const { logger } = await import('matrix-js-sdk/lib/logger.js');
logger.setLevel?.(process.env.CLIENT_DEBUG ? 0 : 5);

const baseUrl = process.argv[2];
const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
let client;
// The last verification, and how it ends. The SDK holds these objects by weak references only: unless they are kept here
// they may be collected in the middle, and nobody hears of the end.
let verifying;

// Room keys may be held back, so that the other side receives messages that it cannot read yet.
let held = null;
async function fetchFn(url, options) {
  if (held && String(url).includes('/sendToDevice/m.room.encrypted')) {
    held.push([url, options]);
    return new Response('{}', { status: 200, headers: { 'content-type': 'application/json' } });
  }
  return fetch(url, options);
}

// ---- What was seen, in the order of arrival ----
const seen = new Map(); // event id -> event
const waiting = new Set();
function see(event) {
  const stillSealed = event.isEncrypted() && event.getType() === 'm.room.encrypted' && !event.isDecryptionFailure();
  if (event.status || stillSealed) return; // a local echo; or comes again once it is decrypted
  seen.set(event.getId(), event);
  for (const look of [...waiting]) look();
}

async function shown(event) {
  const shield = event.isEncrypted() && !event.isRedacted() ? await client.getCrypto().getEncryptionInfoForEvent(event) : null;
  return {
    event_id: event.getId(), room: event.getRoomId(), sender: event.getSender(), type: event.getType(),
    content: event.getContent(), encrypted: event.isEncrypted(), sealed: event.isDecryptionFailure(),
    redacted: event.isRedacted(), timestamp: event.getTs(),
    shield: shield?.shieldColour ?? null, // 0 none, 1 grey, 2 red: what Element shows beside a message
  };
}

async function until(found, seconds, what) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const result = found();
    if (result) return result;
    const left = end - Date.now();
    if (left <= 0) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => {
      const look = () => { waiting.delete(look); clearTimeout(timer); resolve(); };
      const timer = setTimeout(look, Math.min(left, 100));
      waiting.add(look);
    });
  }
}

const inRoom = (room) => [...seen.values()].filter((event) => event.getRoomId() === room);
const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
const membership = (room, user) => client.getRoom(room)?.getMember(user)?.membership;

const commands = {
  async login({ user, password }) {
    const identifier = { type: 'm.id.user', user };
    const login = { type: 'm.login.password', identifier, password, initial_device_display_name: 'Test' };
    const session = await sdk.createClient({ baseUrl }).loginRequest(login);
    client = sdk.createClient({
      baseUrl, fetchFn, userId: session.user_id, deviceId: session.device_id, accessToken: session.access_token,
      timelineSupport: true, verificationMethods: ['m.sas.v1'],
    });
    await client.initRustCrypto({ useIndexedDB: false });
    await client.getCrypto().bootstrapCrossSigning({
      setupNewCrossSigning: true,
      authUploadDeviceSigningKeys: async (request) => request({ type: 'm.login.password', identifier, password }),
    });
    client.on('event', see);
    client.on('Event.decrypted', see);
    await client.startClient({ initialSyncLimit: 50 });
    await until(() => client.isInitialSyncComplete(), 30, 'the first sync');
    return { user_id: session.user_id, device_id: session.device_id, access_token: session.access_token };
  },

  /** A direct room, encrypted unless told otherwise. The homeserver encrypts private rooms of its own accord. */
  async direct({ user, encrypted = true }) {
    const options = encrypted ? { preset: 'trusted_private_chat', initial_state: [encryption] } : { preset: 'public_chat' };
    const { room_id } = await client.createRoom({ ...options, is_direct: true, invite: [user] });
    return { room: room_id };
  },

  /** A team's room; `alias` is its local part. The homeserver encrypts private rooms of its own accord. */
  async group({ users, encrypted = true, history, alias }) {
    const visibility = { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: history } };
    const state = [...(encrypted ? [encryption] : []), ...(history ? [visibility] : [])];
    const { room_id } = await client.createRoom({
      preset: encrypted ? 'private_chat' : 'public_chat', name: 'Un groupe', invite: users, initial_state: state, room_alias_name: alias,
    });
    return { room: room_id };
  },

  async invite({ room, user }) { await client.invite(room, user); return {}; },
  async kick({ room, user }) { await client.kick(room, user); return {}; },

  async join({ room }) { await client.joinRoom(room); return {}; },
  async leave({ room }) { await client.leave(room); return {}; },

  /** Waits until a user is `join`, `leave` … in a room. */
  async member({ room, user, is, timeout = 20 }) {
    await until(() => membership(room, user) === is, timeout, `${user} to be "${is}", not "${membership(room, user)}"`);
    return {};
  },

  async send({ room, body, edit, content = {} }) {
    const message = { msgtype: 'm.text', body, 'm.mentions': {}, ...content };
    if (content['m.mentions'] === null) delete message['m.mentions']; // as older clients
    const replacement = { ...message, body: `* ${body}`, 'm.new_content': message, 'm.relates_to': { rel_type: 'm.replace', event_id: edit } };
    return client.sendEvent(room, 'm.room.message', edit ? replacement : message);
  },

  /** An encrypted event of any type. The SDK itself leaves deletions in clear. */
  async seal({ room, type, content }) {
    const event = new sdk.MatrixEvent({ type, room_id: room, sender: client.getUserId(), content });
    await client.getCrypto().encryptEvent(event, client.getRoom(room));
    const path = `/rooms/${encodeURIComponent(room)}/send/m.room.encrypted/${Date.now()}`;
    return client.http.authedRequest('PUT', path, undefined, event.getWireContent());
  },

  async react({ room, event, sign }) {
    return client.sendEvent(room, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key: sign } });
  },

  /** A vote as Element casts it; no answer takes it back. */
  async vote({ room, poll, answers }) {
    const content = { 'm.relates_to': { rel_type: 'm.reference', event_id: poll }, 'org.matrix.msc3381.poll.response': { answers } };
    return client.sendEvent(room, 'org.matrix.msc3381.poll.response', content);
  },

  async redact({ room, event }) { return client.redactEvent(room, event); },

  /** Keeps the keys of the next messages to itself, until `release`. */
  async hold({ room }) { await client.getCrypto().forceDiscardSession(room); held = []; return {}; },
  async release() {
    const keys = held; held = null;
    for (const [url, options] of keys) await fetch(url, options);
    return { released: keys.length };
  },

  /** All messages of a room that the client has seen, in the order of the room. */
  async messages({ room }) {
    const timeline = client.getRoom(room)?.getLiveTimeline().getEvents() ?? [];
    const order = new Map(timeline.map((event, index) => [event.getId(), index]));
    const messages = inRoom(room).filter((event) => event.getType() === 'm.room.message' || event.isDecryptionFailure());
    messages.sort((a, b) => (order.get(a.getId()) ?? 1e9) - (order.get(b.getId()) ?? 1e9));
    return { messages: await Promise.all(messages.map(shown)) };
  },

  /** Waits for a message that carries this delivery key. */
  async answer({ room, key, timeout = 30 }) {
    const carries = (event) => !event.isDecryptionFailure() && event.getContent()['declic.delivery'] === key;
    const event = await until(() => inRoom(room).find(carries), timeout, `the answer ${key}`);
    return { message: await shown(event) };
  },

  /** All events of one type by one sender in a room; waits until there are so many. */
  async events({ room, type, sender, least = 0, timeout = 30 }) {
    const found = () => inRoom(room).filter((event) => event.getType() === type && event.getSender() === sender && !event.isRedacted());
    await until(() => found().length >= least, timeout, `${least} ${type} of ${sender}`);
    return { events: await Promise.all(found().map(shown)) };
  },

  async receipts({ room, event, user, timeout = 10 }) {
    const target = client.getRoom(room);
    const read = () => target.hasUserReadEvent(user, event);
    await until(read, timeout, `${user} to read a message`);
    return {};
  },

  /** The devices of a user, as Element judges them. */
  async devices({ user }) {
    const crypto = client.getCrypto();
    const devices = (await crypto.getUserDeviceInfo([user], true)).get(user) ?? new Map();
    const judged = [];
    for (const device of devices.values()) {
      const status = await crypto.getDeviceVerificationStatus(user, device.deviceId);
      judged.push({ device_id: device.deviceId, name: device.displayName, signed_by_owner: status?.signedByOwner ?? false });
    }
    const status = await crypto.getUserVerificationStatus(user);
    return { devices: judged, identity_changed: status.needsUserApproval };
  },

  // ---- What operators and administrators of rooms do ----

  /** Any room: `options` as in the specification. */
  async create({ options }) { return { room: (await client.createRoom(options)).room_id }; },
  async invite({ room, user }) { await client.invite(room, user); return {}; },
  async kick({ room, user }) { await client.kick(room, user, ''); return {}; },
  async ban({ room, user }) { await client.ban(room, user, ''); return {}; },
  async upgrade({ room, version }) { return { room: (await client.upgradeRoom(room, version)).replacement_room }; },
  async state({ room, type, key = '', content }) { return client.sendStateEvent(room, type, content, key); },
  async read_state({ room, type, key = '' }) { return { content: await client.getStateEvent(room, type, key) }; },

  /** Waits for an invitation by this user; gives the room. */
  async invited({ by, timeout = 30 }) {
    const open = () => client.getRooms().find((room) => room.getMyMembership() === 'invite' &&
      room.getMember(client.getUserId())?.events.member?.getSender() === by);
    return { room: (await until(open, timeout, `an invitation by ${by}`)).roomId };
  },

  /** Waits for a message of a sender that holds these words. */
  async hears({ room, sender, words, timeout = 30 }) {
    const holds = (event) => event.getSender() === sender && !event.isDecryptionFailure() && (event.getContent().body ?? '').includes(words);
    return { message: await shown(await until(() => inRoom(room).find(holds), timeout, `« ${words} »`)) };
  },

  /** Keeps its keys from devices that nobody here has verified. */
  async distrust({ room, on }) {
    client.getCrypto().globalBlacklistUnverifiedDevices = on;
    await client.getCrypto().forceDiscardSession(room);
    return {};
  },

  /** Asks to verify somebody by emojis, in a room; gives the emojis, and leaves the verification open. */
  async verify({ user, room, timeout = 30 }) {
    verifying = undefined;
    const request = await client.getCrypto().requestVerificationDM(user, room);
    await until(() => request.phase >= 3, timeout, 'the other side to accept');
    if (request.phase !== 3) throw new Error(`the verification is in phase ${request.phase}`);
    const verifier = await request.startVerification('m.sas.v1');
    let sas;
    verifier.on('show_sas', (shown) => { sas = shown; });
    const outcome = verifier.verify().then(() => 'done', (error) => `failed: ${error?.message ?? error}`);
    verifying = { request, verifier, outcome };
    await until(() => sas, timeout, 'the emojis');
    await sas.confirm();
    return { emojis: sas.sas.emoji.map(([symbol]) => symbol) };
  },
  async verified({ timeout = 30 }) {
    const late = sleep(timeout * 1000).then(() => 'too late');
    return { outcome: await Promise.race([verifying?.outcome ?? 'none', late]) };
  },

  async quit() { client?.stopClient(); setTimeout(() => process.exit(0), 20); return {}; },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { id, command, ...options } = JSON.parse(line);
  commands[command](options)
    .then((result) => say({ id, ok: true, ...result }))
    .catch((error) => say({ id, ok: false, error: String(error?.message ?? error) }));
}
process.exit(0);
