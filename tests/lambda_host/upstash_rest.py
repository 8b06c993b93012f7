"""Upstash's REST API before a redis-server, as far as @upstash/redis asks for it."""

import http.server
import json
import threading

import redis


class UpstashRest:
    def __init__(self, port):
        client = redis.Redis(port=port, decode_responses=True)

        def result(command):
            try:
                return {"result": client.execute_command(*command)}
            except redis.ResponseError as error:
                return {"error": str(error)}

        class Calls(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                several = self.path.rstrip("/").endswith(("/pipeline", "/multi-exec"))
                answer = [result(each) for each in asked] if several else result(asked)
                body = json.dumps(answer).encode()
                self.send_response(400 if not several and "error" in answer else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Calls)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
