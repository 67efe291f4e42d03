// Encrypts what no client would: any text as the inside of an event, with libolm itself, from a device of its own. The
// first line on standard input says who, where and what (see `main`); the answer is a line with the ids of the events.
// Usage: node raw.mjs http://127.0.0.1:8008
import fs from 'node:fs';
import Olm from '@matrix-org/olm';

const baseUrl = process.argv[2];
let token;

async function ask(method, path, body) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`${baseUrl}/_matrix/client/v3${path}`, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${fields.join(',')}}`;
}

class Device {
  async enter(user, password) {
    const identifier = { type: 'm.id.user', user };
    const session = await ask('POST', '/login', { type: 'm.login.password', identifier, password });
    token = session.access_token;
    [this.user, this.id] = [session.user_id, session.device_id];
    this.account = new Olm.Account();
    this.account.create();
    this.keys = JSON.parse(this.account.identity_keys());
    const keys = Object.fromEntries(Object.entries(this.keys).map(([kind, key]) => [`${kind}:${this.id}`, key]));
    const algorithms = ['m.olm.v1.curve25519-aes-sha2', 'm.megolm.v1.aes-sha2'];
    const device = { user_id: this.user, device_id: this.id, algorithms, keys };
    const signatures = { [this.user]: { [`ed25519:${this.id}`]: this.account.sign(canonical(device)) } };
    await ask('POST', '/keys/upload', { device_keys: { ...device, signatures } });
    this.group = new Olm.OutboundGroupSession();
    this.group.create();
  }

  /** Gives the key of the room to all devices of somebody. */
  async share(room, to) {
    const { device_keys: found } = await ask('POST', '/keys/query', { device_keys: { [to]: [] } });
    for (const [id, device] of Object.entries(found[to])) {
      const wanted = { [to]: { [id]: 'signed_curve25519' } };
      const claimed = await ask('POST', '/keys/claim', { one_time_keys: wanted });
      const [{ key }] = Object.values(claimed.one_time_keys[to][id]);
      const theirs = device.keys[`curve25519:${id}`];
      const session = new Olm.Session();
      session.create_outbound(this.account, theirs, key);
      const inside = {
        type: 'm.room_key', sender: this.user, sender_device: this.id, keys: { ed25519: this.keys.ed25519 },
        recipient: to, recipient_keys: { ed25519: device.keys[`ed25519:${id}`] },
        content: {
          algorithm: 'm.megolm.v1.aes-sha2', room_id: room,
          session_id: this.group.session_id(), session_key: this.group.session_key(),
        },
      };
      const ciphertext = { [theirs]: session.encrypt(JSON.stringify(inside)) };
      const content = { algorithm: 'm.olm.v1.curve25519-aes-sha2', sender_key: this.keys.curve25519, ciphertext };
      await ask('PUT', `/sendToDevice/m.room.encrypted/${Date.now()}${id}`, { messages: { [to]: { [id]: content } } });
    }
  }

  async send(room, inside) {
    const content = {
      algorithm: 'm.megolm.v1.aes-sha2', sender_key: this.keys.curve25519, device_id: this.id,
      session_id: this.group.session_id(), ciphertext: this.group.encrypt(inside),
    };
    const path = `/rooms/${encodeURIComponent(room)}/send/m.room.encrypted/${process.hrtime.bigint()}`;
    return (await ask('PUT', path, content)).event_id;
  }
}

async function main({ user, password, room, to, insides }) {
  await Olm.init();
  const device = new Device();
  await device.enter(user, password);
  await device.share(room, to);
  const events = [];
  for (const inside of insides) events.push(await device.send(room, inside));
  console.log(JSON.stringify({ events }));
}

await main(JSON.parse(fs.readFileSync(0)));
process.exit(0);
