#!/usr/bin/python3
"""The work of systemd with our units, for a machine where no systemd runs: installed as `systemctl` by test_install_guide.

It reads unit files as systemd does, and starts a service's program as its account, with its environment, folders and
credentials. An option that it doesn't know is an error, so that a test never passes over one. Hardening is systemd's own.
"""

import grp
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

UNITS = Path("/etc/systemd/system")
STATE = Path("/run/stand-in")
# Options that this program obeys. Others are in HARDENING, or begin with one of these words.
OBEYED = {
    "User", "Group", "SupplementaryGroups", "WorkingDirectory", "Environment", "EnvironmentFile", "ExecStartPre", "ExecStart",
    "Type", "RemainAfterExit", "RuntimeDirectory", "RuntimeDirectoryMode", "StateDirectory", "StateDirectoryMode",
    "LoadCredential", "UMask", "WantedBy", "RequiredBy", "Requires", "Wants", "BindsTo",
}  # fmt: skip
LEFT_TO_SYSTEMD = (
    "Description", "Documentation", "After", "Before", "PartOf", "Restart", "StartLimit", "Timeout", "Kill", "Memory", "Tasks", "CPU",
    "Limit", "OOM", "Nice", "Protect", "Private", "Restrict", "System", "Capability", "Ambient", "NoNewPrivileges", "ReadWritePaths",
    "ReadOnlyPaths", "InaccessiblePaths", "LockPersonality", "RemoveIPC", "IPAddress", "Proc", "Device", "KeyringMode", "BindReadOnly",
    "Standard", "Syslog", "WatchdogSec", "TemporaryFileSystem", "NoExecPaths", "ExecPaths", "Slice", "Delegate", "RuntimeDirectoryPreserve",
    "ExecReload", "ExecStop", "AssertPath", "ConditionPath", "Also", "IOWeight", "Log", "OnCalendar", "Persistent", "RandomizedDelaySec",
)  # fmt: skip


def options(unit: str) -> dict[str, list[str]]:
    """All options of the unit by name, in the order of the file. An empty value forgets the earlier ones."""
    found: dict[str, list[str]] = {}
    text = (UNITS / unit).read_text().replace("\\\n", " ")
    for specifier, value in (("%d", str(STATE / "credentials" / unit)), ("%t", "/run"), ("%n", unit)):
        text = text.replace(specifier, value)
    for line in map(str.strip, text.splitlines()):
        if not line or line[0] in "#;" or (line[0] == "[" and line[-1] == "]"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not (name in OBEYED or name.startswith(LEFT_TO_SYSTEMD)):
            sys.exit(f"{unit}: {line!r} is unknown")
        found[name] = [*found.get(name, []), value] if value else []
    return found


def environment(found: dict[str, list[str]]) -> dict[str, str]:
    variables = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8"}
    for value in found.get("Environment", []):
        variables |= dict(each.split("=", 1) for each in shlex.split(value))
    for file in found.get("EnvironmentFile", []):
        path = Path(file.removeprefix("-"))
        if file.startswith("-") and not path.exists():
            continue
        for line in path.read_text().splitlines():
            if line.strip() and line[0] not in "#;":
                name, value = line.split("=", 1)
                variables[name] = "".join(shlex.split(value))
    return variables


def folder(path: Path, owner: str, mode: str) -> None:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(int(mode, 8))
    shutil.chown(path, *owner.split(":"))


def start(unit: str) -> None:
    found = options(unit)
    others = [value for name in ("Requires", "Wants", "BindsTo") for value in found.get(name, [])]
    for other in " ".join(others).split():
        if (UNITS / other).exists():
            start(other)
    if running(unit) or unit.endswith(".timer"):  # the time of a timer doesn't come in a test
        return
    user = found.get("User", ["root"])[-1]
    group = found.get("Group", [user])[-1]
    owner = f"{user}:{group}"
    variables = environment(found)
    for kind, root in (("Runtime", "/run"), ("State", "/var/lib")):
        for name in " ".join(found.get(f"{kind}Directory", [])).split():
            path = Path(root, name.partition(":")[0])
            folder(path, owner, found.get(f"{kind}DirectoryMode", ["0755"])[-1])
            variables[f"{kind.upper()}_DIRECTORY"] = str(path)
    credentials = STATE / "credentials" / unit
    for line in found.get("LoadCredential", []):
        name, _, source = line.partition(":")
        folder(credentials, owner, "0500")
        shutil.copy(source, credentials / name)
        (credentials / name).chmod(0o400)
        shutil.chown(credentials / name, *owner.split(":"))
        variables["CREDENTIALS_DIRECTORY"] = str(credentials)
    named = " ".join(found.get("SupplementaryGroups", [])).split()
    groups = {grp.getgrnam(name).gr_gid for name in named} | set(os.getgrouplist(user, grp.getgrnam(group).gr_gid))
    identity = ["setpriv", f"--reuid={user}", f"--regid={group}", f"--groups={','.join(map(str, groups))}"]
    commands = [*found.get("ExecStartPre", []), *found["ExecStart"]]
    for position, line in enumerate(commands, 1):
        words = shlex.split(line)
        words = [variables.get(word[2:-1], "") if word.startswith("${") else word for word in words]
        with open(STATE / f"{unit}.log", "ab") as log:
            process = subprocess.Popen(
                [*identity, *words],
                env=variables,
                cwd=found.get("WorkingDirectory", ["/"])[-1],
                umask=int(found.get("UMask", ["0022"])[-1], 8),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if position < len(commands) or found.get("Type", [""])[-1] == "oneshot":
            if process.wait():
                sys.exit(f"{unit} failed:\n{(STATE / f'{unit}.log').read_text()}")
        else:
            (STATE / f"{unit}.pid").write_text(str(process.pid))
            time.sleep(1)
            if process.poll() is not None:
                sys.exit(f"{unit} ended:\n{(STATE / f'{unit}.log').read_text()}")


def running(unit: str) -> bool:
    file = STATE / f"{unit}.pid"
    return file.exists() and Path("/proc", file.read_text(), "exe").exists()


def stop(unit: str) -> None:
    if running(unit):
        process = int((STATE / f"{unit}.pid").read_text())
        os.killpg(process, signal.SIGTERM)
        for _ in range(300):
            if not running(unit):
                return
            time.sleep(0.1)
        os.killpg(process, signal.SIGKILL)


def of_debian(action: str, unit: str) -> bool:
    """PostgreSQL and nginx come with Debian's own units."""
    if unit.startswith("postgresql"):
        return subprocess.run(["pg_ctlcluster", "17", "main", action], check=False).returncode in (0, 2)
    if unit.startswith("nginx"):
        alive = Path("/run/nginx.pid").exists()
        subprocess.run(["nginx", *(["-s", "reload" if action == "reload" else "stop"] if alive else [])], check=True)
        return True
    return False


def main(action: str, *words: str) -> None:
    STATE.mkdir(mode=0o755, exist_ok=True)
    units = [word if "." in word else f"{word}.service" for word in words if not word.startswith("-")]
    if action == "daemon-reload":
        for file in UNITS.glob("factcheck-*"):
            options(file.name)
    for unit in units:
        if of_debian(action, unit):
            continue
        if action in ("stop", "restart"):
            stop(unit)
        if action in ("start", "restart") or (action == "enable" and "--now" in words):
            start(unit)
        if action == "enable" and not options(unit).get("WantedBy"):
            sys.exit(f"{unit} has no [Install] section")
        if action in ("status", "is-active") and not unit.endswith(".timer") and not running(unit):
            sys.exit(f"{unit} isn't running")


if __name__ == "__main__":
    main(*sys.argv[1:])
