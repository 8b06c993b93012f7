"""A box on the way to a server, which forgets connections: what comes by one is taken and goes nowhere."""

import socket
import threading


class ForgetfulBox:
    def __init__(self, port):
        self.to = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections = 0
        self.forgotten = set()
        self.open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def forget(self):
        """Those that are there."""
        self.forgotten.update(range(self.connections))

    def close(self):
        self.listener.close()
        for connection in self.open:
            connection.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                return
            number = self.connections
            self.open += client, server
            self.connections += 1
            for one, other in (client, server), (server, client):
                threading.Thread(target=self._pass, args=(number, one, other), daemon=True).start()

    def _pass(self, number, one, other):
        try:
            while data := one.recv(65536):
                if number not in self.forgotten:
                    other.sendall(data)
        except OSError:
            pass
        if number not in self.forgotten:
            other.close()
