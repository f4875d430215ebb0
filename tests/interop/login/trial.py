"""ssoctl's side: a workspace, its test page, and the same capture decoded without the network."""
import json
import os
import re
import socket
import subprocess

from processes import Child, get, poll

SECRET = "interop-0123456789abcdef"


class Trial:
    """The connections of a workspace, and `connection test` at one address."""

    def __init__(self, ssoctl, folder, port):
        self.ssoctl, self.folder, self.port = ssoctl, folder, port
        self.workspace = os.path.join(folder, "workspace")
        self.url = f"http://localhost:{port}"
        self.run("init", self.workspace, inside=False)

    def run(self, *arguments, inside=True, expected=(0,)):
        where = ["-C", self.workspace] if inside else []
        done = subprocess.run([self.ssoctl, *where, *arguments, "--no-input"], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "TRIAL_SECRET": SECRET}, check=False)
        if done.returncode not in expected:
            raise RuntimeError(f"ssoctl {' '.join(arguments[:2])} ends with {done.returncode}: {done.stderr[-2000:]}")
        return done

    def file(self, name):
        return os.path.join(self.workspace, "connections", f"{name}.yaml")

    def add(self, name, provider, *arguments):
        self.run("connection", "add", name, "--provider", provider, "--yes", *arguments)

    def sp_metadata(self, name):
        return self.run("connection", "test", name, "--metadata", "--listen", f"127.0.0.1:{self.port}").stdout

    def key(self):
        """The key that opens what is encrypted for the test page."""
        return os.path.join(self.workspace, ".ssoctl/test-sp.pem")

    def changed(self, name, values):
        """The connection's file as it was, after it has been changed."""
        with open(self.file(name), encoding="utf-8") as file:
            before = file.read()
        after = before
        for old, new in values:
            if not re.search(old, after):
                raise RuntimeError(f"{name}: nothing in the file is {old}")
            after = re.sub(old, new, after, count=1)
        with open(self.file(name), "w", encoding="utf-8") as file:
            file.write(after)
        return before

    def restore(self, name, text):
        with open(self.file(name), "w", encoding="utf-8") as file:
            file.write(text)

    def begin(self, name, capture, log, flags=(), secret=SECRET, seconds=30):
        """The test page, which waits for one login."""
        command = [self.ssoctl, "-C", self.workspace, "connection", "test", name, "--no-browser", "--no-input",
                   "--listen", f"127.0.0.1:{self.port}", "--wait", str(seconds), "--save", capture, "--format", "json", *flags]
        page = Child(command, log, stdout=subprocess.PIPE, text=True, environment={"TRIAL_SECRET": secret})
        try:
            poll("connection test", self.listens, page.process, seconds=15)
        except RuntimeError as error:
            page.end()
            raise RuntimeError(f"{error}: {page.said()}") from None
        return page

    def address(self, page):
        """Where the test begins: it has a key, and is told once the page listens."""
        told = re.compile(re.escape(self.url) + "/begin/[0-9a-f]{32}")
        poll("connection test", lambda: told.search(page.said()), page.process, seconds=15)
        return told.search(page.said()).group()

    def listens(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def decode(self, name, capture, *flags):
        """What `login decode` says of what was captured: exit code and report."""
        done = self.run("login", "decode", capture, "--connection", name, "--format", "json", *flags, expected=(0, 1))
        return done.returncode, json.loads(done.stdout)


def finished(page, seconds):
    """Exit code and report of the test page once it has ended by itself."""
    try:
        text, _ = page.process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        page.end()
        return None, {}
    return page.process.returncode, json.loads(text) if text.strip() else {}


def key_set(server, folder):
    """The provider's keys of this moment as a file, for a token that is decoded later."""
    discovery = json.loads(get(server.settings["url"] + "/.well-known/openid-configuration"))
    path = os.path.join(folder, "keys.json")
    with open(path, "wb") as out:
        out.write(get(discovery["jwks_uri"]))
    return path
