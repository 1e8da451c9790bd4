"""The promises of deploy/Containerfile and deploy/compose.yaml, as far as it can be held without a container engine."""

import importlib.util
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).parents[2]
CONTAINERFILE = (ROOT / "deploy/Containerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# Every key of a service that the specification of compose files knows and that we use.
KEYS = {
    *("build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "logging", "mem_limit"),
    *("network_mode", "networks", "pids_limit", "ports", "read_only", "restart", "secrets", "security_opt", "shm_size"),
    *("stop_grace_period", "sysctls", "tmpfs", "volumes"),
}
each_service = pytest.mark.parametrize("name", SERVICES)


def secrets(name: str) -> set[str]:
    return {each if isinstance(each, str) else each["source"] for each in SERVICES[name].get("secrets", [])}


def stages() -> dict[str, list[list[str]]]:
    """The instructions of each stage, as words."""
    found: dict[str, list[list[str]]] = {}
    lines = [line for line in CONTAINERFILE.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        words = line.split()
        if words and words[0] == "FROM":
            found[words[-1]] = []
        if words and found:
            found[list(found)[-1]].append(words)
    return found


def test_every_process_of_the_site_has_a_service():
    assert set(SERVICES) == {
        "database",
        "migrations",
        "site",
        "desk",
        "intake",
        "worker",
        "mcp",
        "signer",
        "clean-room",
        "proxy",
    }
    assert {key for service in SERVICES.values() for key in service} <= KEYS


@each_service
def test_services_can_write_nowhere_and_do_nothing_as_root(name: str):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"] <= 200
    assert not {"privileged", "user", "pid", "ipc", "devices"} & set(service)
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", []))


@each_service
def test_services_are_healthy_or_end(name: str):
    service = SERVICES[name]
    if name in ("migrations", "worker"):  # the worker's queue is seen at the desk, not at a port
        assert service["restart"] == ("no" if name == "migrations" else "unless-stopped")
    else:
        assert service["healthcheck"]["test"][0] == "CMD"
        assert service["restart"] == "unless-stopped"


def test_volumes_networks_and_secrets_are_declared_and_used():
    named = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert {name for name in named if not name.startswith(".")} == set(COMPOSE["volumes"])
    assert {name for service in SERVICES.values() for name in service.get("networks", [])} == set(COMPOSE["networks"])
    assert {secret for name in SERVICES for secret in secrets(name)} == set(COMPOSE["secrets"])
    assert all(each["file"] == f"./secrets/{name}" for name, each in COMPOSE["secrets"].items())


def test_each_secret_reaches_only_the_processes_that_need_it():
    assert {secret: {name for name in SERVICES if secret in secrets(name)} for secret in COMPOSE["secrets"]} == {
        "roles.sql": {"database"},
        "migrate.env": {"migrations"},
        "site.env": {"site"},
        "desk.env": {"desk", "migrations"},
        "worker.env": {"worker"},
        "intake.env": {"intake"},
        "mcp.env": {"mcp"},
        "log-key": {"signer"},
        "messages-key": {"desk"},
        "fullchain.pem": {"proxy"},
        "privkey.pem": {"proxy"},
    }


def test_variables_name_secrets_but_contain_none():
    written = {
        (name, variable, value)
        for name, service in SERVICES.items()
        for variable, value in service.get("environment", {}).items()
        if re.search("SECRET|PASSWORD|DATABASE_URL|(?<!VERIFIER_)KEY$", variable)
    }
    assert written == {("signer", "LOG_SIGNING_KEY", "/run/secrets/log-key")}


def test_only_the_proxy_is_reachable_and_the_signer_reaches_nobody():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert SERVICES["signer"]["network_mode"] == SERVICES["clean-room"]["network_mode"] == "none"
    assert not secrets("clean-room")
    assert SERVICES["database"]["networks"] == ["data"]
    assert COMPOSE["networks"]["data"] == COMPOSE["networks"]["web"] == {"internal": True}
    outside = {name for name, service in SERVICES.items() if "outside" in service.get("networks", [])}
    assert outside == {"proxy", "desk", "worker"}
    assert SERVICES["site"]["volumes"] == [
        "dumps:/srv/factcheck/dumps:ro",
        "clean-room-socket:/run/factcheck-clean-room:ro",
    ]
    for owner in ("clean-room", "signer"):
        volume = f"{owner}-socket:/run/factcheck-{owner}"
        mounted = {each: name for name in SERVICES for each in SERVICES[name].get("volumes", []) if volume in each}
        assert mounted.keys() == {volume, f"{volume}:ro"}
        assert mounted[volume] == owner


def test_commands_and_images_exist():
    for name, service in SERVICES.items():
        if "image" in service and name not in ("database", "proxy"):
            command = service["command"]
            if command[1] == "manage.py":
                assert command[2] in get_commands()
            elif command[1] == "-m":
                assert importlib.util.find_spec(command[2]), command[2]
            else:
                assert (command[0], command[-1]) == ("granian", "factcheck.wsgi:application")
    built = {service["image"]: service["build"] for service in SERVICES.values() if "build" in service}
    assert set(built) == {service["image"] for service in SERVICES.values()}
    for build in built.values():
        assert (ROOT / "deploy" / build["context"] / build["dockerfile"]).is_file()
        assert build["target"] in stages()


@pytest.mark.parametrize("name", ["site", "desk", "intake"])
def test_containers_and_units_start_the_same_server(name: str):
    unit = (ROOT / f"deploy/systemd/factcheck-{name}.service").read_text(encoding="utf-8")
    (line,) = re.findall("^ExecStart=.*/bin/(.*)$", unit, re.MULTILINE)
    words = " ".join(SERVICES[name]["command"]).replace("=", " ")
    assert re.sub("--(host|port) [^ ]+ ", "", words) == re.sub("--(host|port) [^ ]+ ", "", line)
    environment = SERVICES[name]["environment"]
    names = ("PART", "WEB_THREADS", "GRANIAN_BLOCKING_THREADS")
    settings = " ".join(f"{each}={environment[each]}" for each in names)
    assert f"Environment={settings}\n" in unit


def test_every_place_of_the_proxy_leads_to_a_container():
    """deploy/nginx.conf names ports of this machine, which the image replaces."""
    config = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    replaced = dict(re.findall(r"s\|(127\.0\.0\.1:\d+)\|(\w+:\d+)\|", CONTAINERFILE))
    assert set(re.findall(r"127\.0\.0\.1:\d+", config)) <= set(replaced)
    for target in replaced.values():
        service, _, port = target.partition(":")
        assert re.search(rf"\b{port}\b", shlex.join(SERVICES[service]["command"]))
        assert "web" in SERVICES[service]["networks"]


def test_images_run_without_root():
    for name, lines in stages().items():
        if name != "packages":
            users = [words[1] for words in lines if words[0] == "USER"]
            assert users == [{"database": "postgres"}.get(name, "10001:10001")], name
            after = lines[next(place for place, words in enumerate(lines) if words[0] == "USER") :]
            assert not [words for words in after if words[0] in ("RUN", "COPY", "ADD")], "what root would do"


def test_images_install_what_is_pinned_and_keep_no_package_lists():
    assert "--require-hashes \\\n        --requirement requirements.txt" in CONTAINERFILE
    assert not re.search(r"^(ADD|MAINTAINER)\b|:latest|curl |wget |sudo ", CONTAINERFILE, re.MULTILINE)
    for lines in stages().values():
        assert lines[0][1] == "${BASE}"
        for words in lines:
            line = " ".join(words)
            if "apt-get install" in line:
                assert line.count("apt-get install") == line.count("--yes --no-install-recommends")
                assert "rm -rf /var/lib/apt/lists/*" in line
    assert re.search(r"^ARG BASE=\S+:trixie-slim$", CONTAINERFILE, re.MULTILINE)


def test_the_builder_gets_only_what_images_need():
    """Without the list, var/ with its keys would be sent to the builder."""
    listed = (ROOT / ".containerignore").read_text(encoding="utf-8").split("\n")
    assert "*" in listed
    sent = {line[1:] for line in listed if line.startswith("!")}
    copied = {
        word
        for lines in stages().values()
        for words in lines
        if words[0] == "COPY" and "--from=packages" not in words
        for word in words[1:-1]
        if not word.startswith("--")
    }
    assert sent == copied
    assert all((ROOT / name).exists() for name in sent)
    assert (ROOT / ".dockerignore").resolve() == ROOT / ".containerignore"
