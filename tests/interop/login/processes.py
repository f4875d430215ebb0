"""Servers of somebody's: started in a group of their own, waited for, and ended with that group."""
import glob
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
# Nothing of whoever runs this may come between two programs on this machine.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(url, seconds=10):
    """Body of an address, as bytes."""
    with DIRECT.open(url, timeout=seconds) as answer:
        return answer.read(4 << 20)


def poll(what, ready, child, seconds=30):
    """Waits until `ready` says yes; a child that ends before is an error."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return
        if child.poll() is not None:
            raise RuntimeError(f"{what} ended with {child.returncode}")
        time.sleep(0.05)
    raise RuntimeError(f"{what} does not answer after {seconds} s")


def clock_off(seconds):
    """What makes a program's clock differ."""
    libraries = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not libraries:
        raise RuntimeError("libfaketime is missing")
    return {"LD_PRELOAD": libraries[0], "FAKETIME": f"{seconds:+d}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class Child:
    """A program in a process group of its own, whose output goes to a file."""

    running, lock, stopping = set(), threading.Lock(), False

    def __init__(self, command, log, environment=None, **more):
        self.log = log
        with open(log, "ab") as out, Child.lock:
            if Child.stopping:
                raise RuntimeError("stopped")
            more.setdefault("stdout", out)
            self.process = subprocess.Popen(command, stderr=out, start_new_session=True,
                                            env={**ENVIRONMENT, **(environment or {})}, **more)
            Child.running.add(self)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as text:
            return text.read()[-2000:]

    def end(self):
        # Also where the first of the group has ended: what it started is ended too.
        for word in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, word)
            except ProcessLookupError:
                break
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                continue
        self.process.wait(5)
        # libfaketime leaves these behind, and refuses to start where a later process has the same number.
        for name in ("faketime_shm_{}", "sem.faketime_sem_{}"):
            pathlib.Path("/dev/shm", name.format(self.process.pid)).unlink(missing_ok=True)
        Child.running.discard(self)

    @classmethod
    def end_all(cls):
        """Where all of it is stopped from outside; nothing is started any more."""
        # Not by the lock, which whoever is interrupted may hold.
        cls.stopping = True
        for child in list(cls.running):
            child.end()


class Server:
    """An identity provider of this folder: its settings, and its process while it runs."""

    def __init__(self, name, command, ready, folder, settings):
        self.name, self.command, self.ready = name, command, ready
        self.folder, self.settings = folder, settings
        self.child, self.now = None, None
        os.makedirs(folder)

    def have(self, settings, clock=None):
        """Runs with these settings, by a clock that is off by so many seconds; starts anew where they differ."""
        wanted = (dict(settings), clock)
        if self.child is not None and self.now == wanted:
            return
        self.stop()
        with open(os.path.join(self.folder, "settings.json"), "w", encoding="utf-8") as out:
            json.dump(settings, out, indent=1)
        environment = None if clock is None else clock_off(clock)
        self.child = Child([*self.command, self.folder], os.path.join(self.folder, "output.log"), environment)
        self.now = wanted
        try:
            poll(self.name, self.answers, self.child.process)
        except RuntimeError as error:
            raise RuntimeError(f"{error}: {self.child.said()}") from None

    def answers(self):
        try:
            get(self.settings["url"] + self.ready)
            return True
        except (OSError, urllib.error.HTTPError):
            return False

    def stop(self):
        if self.child is not None:
            self.child.end()
            self.child = None


class Browser:
    """Chromium, which logs in as it is told."""

    def __init__(self, modules, folder, look):
        command = ["node", os.path.join(HERE, "browser.mjs"), modules, json.dumps(look)]
        self.child = Child(command, os.path.join(folder, "browser.log"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           text=True)
        self.version = self.answer(60)["browser"]

    def answer(self, seconds):
        # A browser that says nothing must not be waited for.
        timer = threading.Timer(seconds, self.child.process.kill)
        timer.start()
        line = self.child.process.stdout.readline()
        timer.cancel()
        if not line:
            raise RuntimeError(f"the browser has ended: {self.child.said()}")
        return json.loads(line)

    def log_in(self, **order):
        """Where the login ended; its own bounds are in the order."""
        self.child.process.stdin.write(json.dumps(order) + "\n")
        self.child.process.stdin.flush()
        return self.answer(order["seconds"] + 60)

    def end(self):
        # Left alone it ends by itself, and takes its own processes and folders with it.
        self.child.process.stdin.close()
        try:
            self.child.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        self.child.end()
