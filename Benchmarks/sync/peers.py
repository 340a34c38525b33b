"""Those who are measured: how each is fetched, started and told apart.

Nothing is installed in the system: Debian packages and Python packages are unpacked in `.peers`.
"""
import contextlib
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

from common import Server  # noqa: E402

FETCHED = HERE / ".peers"
ROOM = FETCHED / "debian"
PYTHON = FETCHED / "python/bin/python"
# The peers, and the libraries that they need beyond those of scripts/setup.
DEBIAN = ["nats-server", "nginx", "libnginx-mod-nchan", "mosquitto",
          "libcjson1", "libdlt2", "libmosquitto1", "libwrap0"]
PYPI = ["socketify", "tornado"]
SERVER_CORE, LOAD_CORE = 0, 1
QUIET = ["--log-level", "warning"]


class NotToBeHad(Exception):
    """Why a peer takes no part."""


@contextlib.contextmanager
def pinned(core):
    """What is started meanwhile runs on one core only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def say(text):
    print(f"sync: {text}", file=sys.stderr, flush=True)


def attempt(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        say(f"{command[0]} failed: {lines[-1] if lines else done.returncode}")
    return done.returncode == 0


def fetch():
    """Fetches what is missing; a peer that cannot be had is found out when it is started."""
    packages = FETCHED / "packages"
    packages.mkdir(parents=True, exist_ok=True)
    for name in DEBIAN:
        if not list(packages.glob(f"{name}_*.deb")):
            say(f"fetching Debian's {name} into {FETCHED}")
            if attempt("apt-get", "-q", "download", name, cwd=packages):
                attempt("dpkg-deb", "-x", next(packages.glob(f"{name}_*.deb")), ROOM)
    if not PYTHON.exists():
        attempt(sys.executable, "-m", "venv", FETCHED / "python")
    for name in PYPI:
        if not list(FETCHED.glob(f"python/lib/*/site-packages/{name}-*")):
            say(f"installing {name} from PyPI into {FETCHED}")
            attempt(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", name)


def version(package):
    """Of a package in `.peers`; empty if it isn't there."""
    for pattern in (f"packages/{package}_*.deb", f"python/lib/*/site-packages/{package}-*"):
        for path in FETCHED.glob(pattern):
            rest = path.name[len(package) + 1:].replace("1%3a", "").removesuffix(".dist-info")
            return re.split("[_+-]", rest)[0]
    return ""


def build(folder):
    """Compiles the programs in C into the folder."""
    for name in ("load", "sync", "loop"):
        subprocess.run(["cc", "-O2", HERE / f"{name}.c", "-o", os.path.join(folder, name)], check=True)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def configuration(text):
    """The start of a program with a file of settings, in which PORT, OTHER and FOLDER are filled in."""
    def write(folder, port):
        path = os.path.join(folder, "peer.conf")
        pathlib.Path(path).write_text(
            text.replace("PORT", str(port)).replace("OTHER", str(free_port()))
            .replace("FOLDER", folder).replace("ROOM", str(ROOM)))
        return path
    return write


nats = configuration("""
listen: "127.0.0.1:OTHER"
websocket { listen: "127.0.0.1:PORT", no_tls: true, compression: false }
max_connections: 20000
max_pending: 268435456
write_deadline: "60s"
ping_interval: "10m"
""")
# It takes no listener of WebSockets alone.
mosquitto = configuration("""
user root
listener OTHER 127.0.0.1
listener PORT 127.0.0.1
protocol websockets
allow_anonymous true
persistence false
max_queued_messages 0
log_dest stderr
log_type error
""")
nginx = configuration("""
load_module ROOM/usr/lib/nginx/modules/ngx_nchan_module.so;
user root;
daemon off;
master_process off;
worker_rlimit_nofile 20000;
pid FOLDER/nginx.pid;
error_log stderr error;
events { worker_connections 16384; }
http {
    access_log off;
    nchan_max_reserved_memory 512M;
    nchan_message_buffer_length 10000;
    nchan_message_timeout 2m;
    server {
        listen 127.0.0.1:PORT backlog=4096;
        location = /ws {
            nchan_subscriber websocket;
            nchan_channel_id bench;
            nchan_subscriber_first_message newest;
        }
        location = /make {
            nchan_publisher websocket;
            nchan_channel_id bench;
        }
    }
}
""")


def start_nginx(folder, port):
    """Starts nginx where it finds the folder /var/lib/nginx, which nchan insists on, without making it."""
    os.mkdir(os.path.join(folder, "nginx"))
    return ["unshare", "--mount", "--map-root-user", "sh", "-c",
            'mount --bind "$1" /var/lib && exec "$2" -c "$3"',
            "sh", folder, ROOM / "usr/sbin/nginx", nginx(folder, port)]


class Peer:
    """A program that passes documents on; `kind` is how the load speaks with it."""

    def __init__(self, name, kind, package, command):
        self.name, self.kind, self.package, self.command = name, kind, package, command

    @property
    def title(self):
        return f"{self.name} {version(self.package)}".strip()

    @contextlib.contextmanager
    def running(self):
        """A new server; gives its port and its process."""
        with tempfile.TemporaryDirectory() as folder:
            port, log = free_port(), os.path.join(folder, "log")
            command = [str(part) for part in self.command(folder, port)]
            paths = [str(ROOM / place / f"{os.uname().machine}-linux-gnu") for place in ("lib", "usr/lib")]
            try:
                with open(log, "w") as sink, pinned(SERVER_CORE):
                    process = subprocess.Popen(command, stdout=sink, stderr=sink, cwd=folder, env={
                        **os.environ, "LD_LIBRARY_PATH": ":".join(paths)})
            except OSError as error:
                raise NotToBeHad(f"{error.strerror}: {os.path.basename(command[0])}") from error
            try:
                self.wait(process, port, log)
                yield port, process
            finally:
                process.terminate()
                process.wait()

    def wait(self, process, port, log):
        limit = time.monotonic() + 10
        while time.monotonic() < limit and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                return
            time.sleep(0.05)
        lines = pathlib.Path(log).read_text().strip().splitlines()
        raise NotToBeHad(f"it did not start: {lines[-1] if lines else 'it says nothing'}")


class Jobsync:
    """A server of ours on a new data folder, where `place` says."""

    kind = "jobsync"

    def __init__(self, name, program, place=None):
        self.name, self.program, self.place = name, program, place

    @property
    def title(self):
        told = subprocess.run([self.program, "--version"], check=True, capture_output=True, text=True)
        number = told.stdout.split()[-1]
        return self.name.replace("Jobsync", f"Jobsync {number}", 1)

    @contextlib.contextmanager
    def running(self):
        if self.place is not None and not os.path.isdir(self.place):
            raise NotToBeHad(f"there is no {self.place}")
        with tempfile.TemporaryDirectory(dir=self.place) as folder:
            with pinned(SERVER_CORE):
                server = Server(self.program, os.path.join(folder, "data"), *QUIET)
            self.folder = folder
            try:
                yield int(server.url.split(":")[2].split("/")[0]), server.process
            finally:
                server.stop()

    @contextlib.contextmanager
    def again(self, port):
        """Another server, on the folder and the port of the last."""
        with pinned(SERVER_CORE):
            server = Server(self.program, os.path.join(self.folder, "data"), *QUIET,
                            "--listen", f"127.0.0.1:{port}")
        try:
            yield
        finally:
            server.stop()


def all_peers(program, programs):
    """Everyone who is measured, Jobsync first; `programs` is where those in C are."""
    python = [PYTHON, "-u"]
    return [
        Jobsync("Jobsync", program),
        Jobsync("Jobsync, store in tmpfs", program, "/dev/shm"),
        Peer("uWebSockets (socketify)", "plain", "socketify",
             lambda folder, port: [*python, HERE / "uws_server.py", port]),
        Peer("C loop", "plain", "", lambda folder, port: [os.path.join(programs, "loop"), port]),
        Peer("NATS", "nats", "nats-server",
             lambda folder, port: [ROOM / "usr/sbin/nats-server", "-c", nats(folder, port)]),
        Peer("nginx and nchan", "plain", "libnginx-mod-nchan", start_nginx),
        Peer("Mosquitto", "mqtt", "mosquitto",
             lambda folder, port: [ROOM / "usr/sbin/mosquitto", "-c", mosquitto(folder, port)]),
        Peer("Tornado", "plain", "tornado",
             lambda folder, port: [*python, HERE / "tornado_server.py", port]),
    ]
