"""The road between the coach and its homeserver: slow, and cut at the worst moment.

The worst moment is when the homeserver has taken a message and the coach has not heard so. On the loopback it lasts a
few milliseconds; here it is as long as a test needs.
"""
import http.client
import http.server
import json
import random
import socket
import threading
import time


class Network:
    """Passes everything on to the homeserver; `url` is what the coach is told."""

    def __init__(self, homeserver, delay=0.0, cut=0.0, seed=None):
        self.homeserver, self.delay, self.cut = homeserver, delay, cut
        self.chance = random.Random(seed)
        self.cuts = 0
        # What a test may set: an answer in place of the homeserver's, `(path, token) -> (status, answer) or None`; a
        # change of what a sync brought, `(answer) -> answer`; nobody is there at all.
        self.answer = self.twist = None
        self.closed = False
        network = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body are two writes; the second must not wait for the first

            def pass_on(self):
                network.pass_on(self)

            do_GET = do_PUT = do_POST = do_DELETE = pass_on

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a coach that is killed resets its connections
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def asked(self, request):
        """A request is here, and the homeserver does not know yet. For those who watch."""

    def answered(self, request, content):
        """The homeserver has answered, and the coach does not know yet."""

    def pass_on(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        if self.closed:
            request.close_connection = True
            request.connection.shutdown(socket.SHUT_RDWR)
            return
        ready = self.answer and self.answer(request.path, request.headers.get("Authorization", "").removeprefix("Bearer "))
        if ready:
            self.reply(request, ready[0], "application/json", json.dumps(ready[1]).encode())
            return
        headers = {key: value for key, value in request.headers.items() if key.lower() not in ("host", "connection")}
        self.asked(request)
        upstream = http.client.HTTPConnection("127.0.0.1", self.homeserver.port, timeout=90)
        try:
            upstream.request(request.command, request.path, body, headers)
            answer = upstream.getresponse()
            content = answer.read()
            if self.twist and "/v3/sync" in request.path and answer.status == 200:
                content = json.dumps(self.twist(json.loads(content))).encode()
            if "/send/" in request.path and "/rooms/" in request.path:
                time.sleep(self.delay * self.chance.random())
                if self.chance.random() < self.cut:
                    self.cuts += 1
                    request.connection.shutdown(socket.SHUT_RDWR)
                    return
            self.answered(request, content)
            self.reply(request, answer.status, answer.headers.get("Content-Type", "application/json"), content)
        except OSError:
            request.close_connection = True
        finally:
            upstream.close()

    @staticmethod
    def reply(request, status, kind, content):
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
