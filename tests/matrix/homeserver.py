"""A throw-away Synapse on the loopback, encryption on as Tchap has it."""
import hashlib
import hmac
import json
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv/bin/python"
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


class Homeserver:
    def __init__(self, folder, port):
        self.folder, self.port = pathlib.Path(folder), port
        self.url = f"http://127.0.0.1:{port}"
        self.process = None
        self.folder.mkdir(parents=True)
        self.config = self.folder / "homeserver.yaml"
        self.config.write_text(self._settings())
        (self.folder / "log.yaml").write_text(self._logging())
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
bcrypt_rounds: 4
federation_domain_whitelist: []
enable_registration: false
url_preview_enabled: false
presence: {{enabled: false}}
encryption_enabled_by_default_for_room_type: invite
{LIMITS_OFF}"""

    def _logging(self):
        return f"""
version: 1
formatters: {{short: {{format: '%(asctime)s %(levelname)s %(name)s %(message)s'}}}}
handlers: {{file: {{class: logging.FileHandler, formatter: short, filename: {self.folder}/synapse.log}}}}
root: {{level: WARNING, handlers: [file]}}
"""

    def _synapse(self, *options, check=False):
        command = [str(PYTHON), "-m", "synapse.app.homeserver", "-c", str(self.config), *options]
        output = (self.folder / "output.log").open("a")
        if check:
            return subprocess.run(command, stdout=output, stderr=output, check=True)
        return subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)

    def start(self):
        self.process = self._synapse()
        for _ in range(300):
            if self.process.poll() is not None:
                sys.exit(f"the homeserver stopped at once; see {self.folder}/output.log")
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=1)
                return
            except OSError:
                time.sleep(0.1)
        sys.exit(f"the homeserver did not start within 30 s; see {self.folder}/output.log")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

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
