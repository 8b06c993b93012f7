#!/usr/bin/env python3
"""Takes Weir's alerts, checks their signature and prints them: receiver.py [PORT], the secret in ALERT_SECRET."""

import hashlib
import hmac
import http.server
import os
import sys

SECRET = os.environ.get("ALERT_SECRET", "change-me").encode()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        expected = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        genuine = hmac.compare_digest(expected, self.headers.get("x-weir-signature", ""))
        if genuine:
            print(body.decode(), flush=True)
        self.send_response(204 if genuine else 401)
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9999
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Receiver).serve_forever()
