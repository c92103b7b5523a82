"""An HTTP server that runs the scripts posted to it, each in its own interpreter.

POST {"code": ..., "inputs": {...}, "outputs": {"name": "type"}, "timeout": seconds}.
Whoever can reach it can run any code: it listens on this machine alone.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pythonarium import Interpreter, PythonariumError, ScriptError


def answer(job: dict) -> tuple[int, dict]:
    """Run a job; return the HTTP status and what to tell the client."""
    with Interpreter() as python:
        try:
            result = python.exec(
                job["code"],
                job.get("inputs"),
                job.get("outputs"),  # types as text, such as "list[float]"
                timeout=min(job.get("timeout", 5), 60),
                filename="<posted>",
                capture=True,
            )
        except ScriptError as error:
            return 422, {"error": error.traceback, "stdout": error.stdout}
        except PythonariumError as error:
            return 400, {"error": str(error)}
        return 200, {"outputs": dict(result), "stdout": result.stdout}


class Handler(BaseHTTPRequestHandler):
    """One request, in a thread of its own."""

    def do_POST(self) -> None:
        """Run the posted script."""
        status, reply = answer(json.loads(self.rfile.read(self.length)))
        body = json.dumps(reply, default=repr).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @property
    def length(self) -> int:
        """The size of the request's body."""
        return int(self.headers["Content-Length"])

    def log_message(self, *_args: object) -> None:
        """Keep quiet."""


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("closed")
