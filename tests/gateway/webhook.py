"""A webhook's server: takes what is posted, and answers as its test says."""

import hashlib
import hmac
import http.server
import json
import ssl
import threading


class Webhook(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *statuses, secret="s3cret", certificate=None):
        """`statuses` are answered one after the other, the last of them from then on. With a PEM of key and certificate
        (certificates.py) it speaks TLS."""
        super().__init__(("127.0.0.1", 0), Posted)
        self.certificate = certificate
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.secret = secret.encode()
        self.statuses = list(statuses) or [204]
        self.bodies = []
        self.faults = []
        self.held = None  # an event: no answer before it is set
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        origin = "https://localhost" if self.certificate else "http://127.0.0.1"
        return f"{origin}:{self.server_port}/alert?from=weir"

    def handle_error(self, *_):
        """Who hangs up, as one does who does not trust the certificate, is no news."""

    def alerts(self):
        with self.lock:
            return [json.loads(body) for body in self.bodies]

    def stop(self):
        if self.held:
            self.held.set()
        self.shutdown()
        self.server_close()


class Posted(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        hook = self.server
        body = self.rfile.read(int(self.headers["content-length"]))
        signed = "sha256=" + hmac.new(hook.secret, body, hashlib.sha256).hexdigest()
        with hook.lock:
            if self.headers["x-weir-signature"] != signed:
                hook.faults.append(f"signature {self.headers['x-weir-signature']}")
            if self.headers["content-type"] != "application/json" or self.path != "/alert?from=weir":
                hook.faults.append(f"{self.path} {self.headers['content-type']}")
            hook.bodies.append(body)
            status = hook.statuses.pop(0) if len(hook.statuses) > 1 else hook.statuses[0]
        if hook.held:
            hook.held.wait()
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass
