"""The program of an attacker who controls a decoder. It replaces `program.py`, and lists the attacks that succeeded."""

import json
import socket
import sys
from contextlib import suppress
from pathlib import Path


def main() -> None:
    line = json.loads(sys.stdin.buffer.readline())
    sys.stdin.buffer.read()
    done = []
    with suppress(OSError):
        for process in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if line["marker"].encode() in process.read_bytes() and "environ" not in done:
                    done.append("environ")
    with suppress(OSError):
        if line["marker"] in Path(line["secret"]).read_text():
            done.append("file")
    with suppress(OSError):
        Path(line["outside"]).touch()
        done.append("write")
    with suppress(OSError), socket.create_connection(("127.0.0.1", line["port"]), 2):
        done.append("network")
    with suppress(OSError), socket.socket(socket.AF_UNIX) as link:
        link.connect(line["database"])
        done.append("database")
    print(json.dumps({"done": done}))


main()
