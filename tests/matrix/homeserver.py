"""A throw-away Synapse on the loopback, encryption on as Tchap has it."""
import hashlib
import hmac
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

HERE = pathlib.Path(__file__).resolve().parent
ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv/bin/python"
# How many times longer than on a quiet machine everything may take.
PATIENCE = int(os.environ.get("PATIENCE", "1"))
SECRET = "test-shared-secret"
PASSWORD = "un mot de passe"

LIMITS_OFF = """
rc_message: {per_second: 10000, burst_count: 10000}
rc_registration: {per_second: 10000, burst_count: 10000}
rc_login:
  address: {per_second: 10000, burst_count: 10000}
  account: {per_second: 10000, burst_count: 10000}
  failed_attempts: {per_second: 10000, burst_count: 10000}
rc_joins:
  local: {per_second: 10000, burst_count: 10000}
  remote: {per_second: 10000, burst_count: 10000}
rc_joins_per_room: {per_second: 10000, burst_count: 10000}
rc_invites:
  per_room: {per_second: 10000, burst_count: 10000}
  per_user: {per_second: 10000, burst_count: 10000}
  per_issuer: {per_second: 10000, burst_count: 10000}
rc_key_requests: {per_second: 10000, burst_count: 10000}
rc_room_creation: {per_second: 10000, burst_count: 10000}
"""

# What nobody asks for here, and costs with every event of a large room.
IDLE = """
push: {enabled: false}
stats: {enabled: false}
update_user_directory_from_worker: nobody
notify_appservices_from_worker: nobody
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# What makes the state's messaging different: the rules of its rooms, names that nobody chooses, accounts that expire.
# `room_access_rules` 1.0.0 does not know rooms of version 12.
TCHAP = """
modules:
  - module: room_access_rules.RoomAccessRules
    config: {{domains_forbidden_when_restricted: [agent.externe.localhost], id_server: 127.0.0.1}}
  - module: expiry.Expiry
    config: {{file: {folder}/expired.txt}}
default_room_version: "10"
enable_set_displayname: false
enable_3pid_changes: false
"""

# Little of everything, and access tokens that live for seconds.
STRICT = """
rc_message: {{per_second: 0.3, burst_count: 5}}
rc_joins:
  local: {{per_second: 0.5, burst_count: 3}}
  remote: {{per_second: 0.5, burst_count: 3}}
refreshable_access_token_lifetime: 6s
"""

# Two that are like the default one: many people make one slow, and the other goes away for a while.
KINDS = {"default": "", "tchap": TCHAP, "strict": STRICT, "crowded": "", "mortal": ""}


# Many people at once, and messages of another day: what an application service may do.
CROWD_TOKEN = "test-crowd"
CROWD = f"""
id: crowd
url: null
as_token: {CROWD_TOKEN}
hs_token: test-crowd-back
sender_localpart: crowd
rate_limited: false
namespaces: {{users: [{{regex: '@foule.*:localhost', exclusive: false}}], aliases: [], rooms: []}}
"""


def on(kind):
    """A test that needs a homeserver of this kind."""
    def mark(test):
        test.kind = kind
        return test
    return mark


class Homeservers:
    """One of each kind, started when it is first needed."""

    def __init__(self, folder):
        self.folder, self.running, self.turn = folder, {}, threading.Lock()

    def get(self, kind):
        with self.turn:
            if kind not in self.running:
                homeserver = Homeserver(self.folder / f"synapse-{kind}", free_port(), kind)
                homeserver.start()
                self.running[kind] = homeserver
            return self.running[kind]

    def stop(self):
        for homeserver in self.running.values():
            homeserver.stop()


class Homeserver:
    def __init__(self, folder, port, kind="default"):
        self.folder, self.port, self.kind = pathlib.Path(folder), port, kind
        self.url = f"http://127.0.0.1:{port}"
        self.process = None
        self.folder.mkdir(parents=True)
        self.config = self.folder / "homeserver.yaml"
        self.config.write_text(self._settings())
        (self.folder / "log.yaml").write_text(self._logging())
        (self.folder / "crowd.yaml").write_text(CROWD)
        self._synapse("--generate-keys", check=True)

    def _settings(self):
        return f"""
server_name: localhost
public_baseurl: {self.url}/
listeners:
  - {{port: {self.port}, type: http, tls: false, bind_addresses: ['127.0.0.1'], resources: [{{names: [client]}}]}}
database: {{name: sqlite3, args: {{database: {self.folder}/homeserver.db}}}}
log_config: {self.folder}/log.yaml
media_store_path: {self.folder}/media
signing_key_path: {self.folder}/signing.key
registration_shared_secret: {SECRET}
macaroon_secret_key: test-macaroon
form_secret: test-form
report_stats: false
trusted_key_servers: []
suppress_key_server_warning: true
federation_domain_whitelist: []
enable_registration: false
url_preview_enabled: false
presence: {{enabled: false}}
encryption_enabled_by_default_for_room_type: invite
bcrypt_rounds: 4
{IDLE}app_service_config_files: [{self.folder}/crowd.yaml]
{LIMITS_OFF}{KINDS[self.kind].format(folder=self.folder)}"""

    def _logging(self):
        return f"""
version: 1
formatters: {{short: {{format: '%(asctime)s %(levelname)s %(name)s %(message)s'}}}}
handlers: {{file: {{class: logging.FileHandler, formatter: short, filename: {self.folder}/synapse.log}}}}
root: {{level: WARNING, handlers: [file]}}
"""

    def _synapse(self, *options, check=False):
        command = [str(PYTHON), "-m", "synapse.app.homeserver", "-c", str(self.config), *options]
        environment = {**os.environ, "PYTHONPATH": str(HERE)}  # for the modules of this folder
        output = (self.folder / "output.log").open("a")
        if check:
            return subprocess.run(command, stdout=output, stderr=output, check=True, env=environment)
        return subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=environment)

    def start(self):
        self.process = self._synapse()
        for _ in range(1200):  # seconds on a quiet machine
            if self.process.poll() is not None:
                sys.exit(f"the homeserver stopped at once; see {self.folder}/output.log")
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=1)
                return
            except OSError:
                time.sleep(0.1)
        sys.exit(f"the homeserver did not start within two minutes; see {self.folder}/output.log")

    def expire(self, user, expired=True):
        """As an account of Tchap that nobody renews. Only where the module is."""
        file = self.folder / "expired.txt"
        users = set(file.read_text().split()) if file.exists() else set()
        file.write_text("\n".join(users | {user} if expired else users - {user}))

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def crowd(self, path, body=None, user=None, method=None, **query):
        """A request of the application service, as one of its people."""
        if user:
            query["user_id"] = user
        path += "?" + urllib.parse.urlencode(query) if query else ""
        status, answer = self.ask(path, body, CROWD_TOKEN, method)
        assert status == 200, f"{path}: {status} {answer}"
        return answer

    def crowd_member(self):
        """Somebody of the crowd, without a password: quick to make."""
        name = f"foule{uuid.uuid4().hex}"
        self.crowd("/_matrix/client/v3/register", {"type": "m.login.application_service", "username": name, "inhibit_login": True})
        return f"@{name}:localhost"

    def ask(self, path, body=None, token=None, method=None):
        """A request as JSON; gives (status, answer)."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def register(self, name, password=PASSWORD, admin=False):
        path = "/_synapse/admin/v1/register"
        _, answer = self.ask(path)
        parts = [answer["nonce"], name, password, "admin" if admin else "notadmin"]
        mac = hmac.new(SECRET.encode(), "\0".join(parts).encode(), hashlib.sha1).hexdigest()
        body = {"nonce": answer["nonce"], "username": name, "password": password, "admin": admin, "mac": mac}
        status, answer = self.ask(path, body)
        assert status == 200, f"could not register {name}: {answer}"
        return answer

    def log_in(self, name, password=PASSWORD):
        body = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": name}, "password": password}
        status, answer = self.ask("/_matrix/client/v3/login", body)
        assert status == 200, f"could not sign {name} in: {answer}"
        return answer

    def events(self, room, token):
        """All events of a room, as the homeserver has put them in order."""
        events, start = [], ""
        while start is not None:
            _, answer = self.ask(f"/_matrix/client/v3/rooms/{room}/messages?dir=f&limit=500{start}", token=token)
            events += answer["chunk"]
            start = f"&from={answer['end']}" if "end" in answer else None
        return events
