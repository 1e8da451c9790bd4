"""Read, search and publish for half an hour while processes are killed and the primary fails over.

    python bench/endurance/run.py [--minutes 30]

The site runs as in service: nginx, two processes for readers, the desk's process, the signer and the worker, a primary
and a standby that confirms each commit. wrk keeps twice as many requests open as one process has threads. Kills are
spread over the time: PostgreSQL three times, the worker five times, web processes ten times. Near the end, the primary
is killed for good, and the standby takes its place. Then it checks that no acknowledged publication is missing, that
each refusal is a 503, of the gate for searches or within AFTER
seconds of a restart, that memory is flat, and that the record and its log are correct.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import psycopg
from endurance import checking
from endurance.postgres import Postgres
from endurance.site import THREADS, Site
from serving import free_port, nginx

# What is killed, and when, as a share of the time.
KILLS = [
    *((share, "PostgreSQL") for share in (0.15, 0.4, 0.6)),
    *((share, "worker") for share in (0.1, 0.25, 0.35, 0.5, 0.65)),
    *((share, "web") for share in (0.05, 0.12, 0.2, 0.28, 0.33, 0.45, 0.55, 0.58, 0.62, 0.7)),
    (0.85, "primary, for good"),
]
AFTER = 20.0  # seconds after a restart in which readers may be told to come again
READING = (
    "/en/", "/api/v1/", "/api/v1/reviews/", "/api/v1/reviews/?language=vi&page_size=50", "/api/v1/claims/",
    "/api/v1/changes/", "/api/v1/log/checkpoint", "/feeds/reviews.atom", "/static/website/site.css",
)  # fmt: skip
WORDS = ("bơm", "lũ", "trạm", "chạy", "ngừng vì lũ", "Trạm bơm số 7", "vẫn chạy", "tram bom")


class Run:
    def __init__(self, folder: Path, minutes: float) -> None:
        self.folder, self.seconds = folder, minutes * 60
        self.nodes = [Postgres(folder / name, free_port()) for name in ("primary", "standby")]
        self.restarts: list[tuple[float, float]] = []
        self.memory: dict[str, list[int]] = defaultdict(list)
        self.over = threading.Event()

    def go(self) -> None:
        primary, standby = self.nodes
        primary.create()
        primary.start()
        site = Site(self.folder, primary, standby)
        try:
            standby.copy(primary)
            standby.start()
            # From now on, a commit is acknowledged when both servers have it.
            primary.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.ask("SELECT pg_reload_conf()")
            site.start()
            with nginx(site.reading_port, site.desk_port, limited=False) as port:
                self._load(site, port)
        finally:
            self.over.set()
            site.stop()
            for node in self.nodes:
                node.stop()

    def _load(self, site: Site, port: int) -> None:
        stop, log, refused, paths = (self.folder / name for name in ("stop", "published", "refused", "paths"))
        publisher = subprocess.Popen(
            [sys.executable, "bench/endurance/publishing.py", str(stop), str(log)],
            cwd=ROOT,
            env=site.environment | {"OWNER_DATABASE_URL": site.owner},  # to give its people their roles
        )
        while not log.exists() or len(log.read_text().splitlines()) < 30:
            time.sleep(1)
            if publisher.poll() is not None:
                sys.exit("The publisher ended.")
        self._write_paths(site, paths)
        url = f"http://127.0.0.1:{port}"
        wrk = subprocess.Popen(
            ["wrk", "-t1", f"-c{2 * THREADS}", f"-d{self.seconds:.0f}s", "--timeout", "60s", "-s",
             "bench/endurance/load.lua", url],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PATHS": str(paths), "REFUSED": str(refused)},
        )  # fmt: skip
        begun = time.monotonic()
        threading.Thread(target=self._sample, args=[site], daemon=True).start()
        for share, what in sorted(KILLS):
            time.sleep(max(0.0, begun + share * self.seconds - time.monotonic()))
            self._kill(site, what)
            with suppress(SystemExit):  # a discrepancy is found again at the end
                checking.verify_from_outside(url, self.folder / "state")
        told, _ = wrk.communicate()
        stop.touch()
        publisher.wait(120)
        self._report(site, url, told, log, refused)

    def _kill(self, site: Site, what: str) -> None:
        primary, standby = self.nodes
        begun = time.time()
        print(f"{time.strftime('%H:%M:%S')} kill: {what}", flush=True)
        if what == "web":
            site.kill_web()
        elif what == "worker":
            site.kill_worker()
        elif what == "PostgreSQL":
            primary.kill()
            primary.start()
        else:
            primary.kill()
            standby.ask("SELECT pg_promote()")
        self.restarts.append((begun, time.time()))

    def _write_paths(self, site: Site, paths: Path) -> None:
        with psycopg.connect(site.environment["PUBLIC_DATABASE_URL"]) as connection:
            ids = [str(row[0]) for row in connection.execute("SELECT id FROM record_publishedreview LIMIT 25")]
        reading = [*READING]
        reading += [f"/reviews/{each}/" for each in ids] + [f"/api/v1/reviews/{each}/" for each in ids]
        searching = [f"/en/search/?q={word.replace(' ', '+')}" for word in WORDS]
        searching += [f"/api/v1/reviews/?q={word.replace(' ', '+')}" for word in WORDS]
        matching = ['/api/v1/match/ {"text": "Trạm bơm số 7 đã ngừng chạy vì lũ"}']
        paths.write_text("\n".join((*reading, *searching, *matching)) + "\n")

    def _sample(self, site: Site) -> None:
        while not self.over.wait(10):
            with suppress(OSError):
                for name in ("site", "desk"):
                    for pid in site.web_processes(name):
                        self.memory[f"{name} {pid}"].append(checking.memory(pid))
                for name in ("worker", "signer"):
                    pid = site.processes[name].pid
                    self.memory[f"{name} {pid}"].append(checking.memory(pid))

    def _report(self, site: Site, url: str, told: str, log: Path, refused: Path) -> None:
        acknowledged = checking.published(log)
        with psycopg.connect(site.environment["DATABASE_URL"]) as connection:
            held = dict(connection.execute("SELECT sequence, digest FROM record_logentry").fetchall())
        missing = [sequence for sequence, digest in acknowledged.items() if held.get(sequence) != digest]
        found = checking.refusals(refused, self.restarts, AFTER)
        print(told)
        print(f"{len(acknowledged)} publications were acknowledged, {len(missing)} of them are missing: {missing[:10]}")
        refusals = [line for line in log.read_text().splitlines() if " refused " in line]
        print(f"{len(refusals)} publications were refused, for example: {refusals[:1] + refusals[-1:]}")
        print(f"Refused requests by status: {dict(found.statuses)}, {found.busy} of them by the gate for searches")
        print(f"{len(found.late)} others were refused later than {AFTER:.0f} seconds after a restart: {found.late[:5]}")
        for name, samples in self.memory.items():
            if len(samples) >= 24:
                grown = checking.growth(samples)
                minutes = len(samples) // 6
                print(f"{name}: {samples[len(samples) // 4]} to {samples[-1]} MiB in {minutes} minutes, {grown:.2f} ×")
        print(checking.verify_record(site.environment))
        print(checking.verify_from_outside(url, self.folder / "state"))
        if missing or found.late or set(found.statuses) - {503}:
            sys.exit("Not everything held.")
        print("Everything held.")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="factcheck-endurance-"))
    folder.chmod(0o711)
    print(f"Files are in {folder}.", flush=True)
    Run(folder, options.minutes).go()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
