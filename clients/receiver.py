"""A receiver of webhooks that believes what `standardwebhooks` verifies, and says so: one line of JSON a request.

Called with the secret; the first line of what it prints is the port on which it listens.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

WEBHOOK = Webhook(sys.argv[1])


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            WEBHOOK.verify(body, headers)
            verified = True
        except WebhookVerificationError:
            verified = False
        self.send_response(204 if verified else 401)
        self.send_header("content-length", "0")
        self.end_headers()
        said = {"verified": verified, "id": headers["webhook-id"], "body": json.loads(body)}
        print(json.dumps(said), flush=True)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
