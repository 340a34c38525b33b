"""Makes the first inputs of a fuzz target out of Fuzzing/corpus and protocol/vectors."""

import hashlib
import json
import struct
import sys
import zlib
from pathlib import Path

VECTORS = Path(__file__).parent.parent / "protocol" / "vectors"
SAVED = Path(__file__).parent / "corpus"


def conversations():
    """What each client said, and what it was told, conversation by conversation."""
    for file in sorted(VECTORS.glob("*.jsonl")):
        events = [json.loads(line) for line in file.read_text().splitlines()]
        said = [json.dumps(event["msg"]) for event in events if event.get("dir") == "in" and "msg" in event]
        told = [json.dumps(event["msg"]) for event in events if event.get("dir") == "out" and "msg" in event]
        yield said, told


def bson_string(key, text):
    data = text.encode() + b"\0"
    return b"\2" + key + b"\0" + struct.pack("<i", len(data)) + data


def bson_documents():
    """A few by hand: no driver is needed for that."""
    fields = bson_string(b"task", "nuvs") + b"\x10n\0" + struct.pack("<i", 7) + b"\x08b\0\1" + b"\nz\0"
    inner = struct.pack("<i", len(fields) + 5) + fields + b"\0"
    for body in (b"", fields, b"\3d\0" + inner, b"\4a\0" + inner + fields):
        yield struct.pack("<i", len(body) + 5) + body + b"\0"


def deflate(data):
    """As permessage-deflate has it; a line feed in it would end the line, so another level may do."""
    for level in range(1, 10):
        deflater = zlib.compressobj(level, zlib.DEFLATED, -15)
        made = (deflater.compress(data) + deflater.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\0\0\xff\xff")
        if b"\n" not in made:
            return made
    return b""


def inputs(target):
    for said, told in conversations():
        if target == "fuzz-sessions":
            yield "\n".join(said).encode()
        else:
            yield from (text.encode() for text in said + told)
    if target == "fuzz-sessions":
        # Frames as they are: a ping, a fragment, a close, and what is none.
        login = b'{"jsonrpc":"2.0","id":1,"method":"session.authenticate","params":{"token":"{TOKEN}"}}'
        call = b'{"jsonrpc":"2.0","id":2,"method":"session.whoami"}'
        # Byte 2: as a stranger. Byte 3: as a compressed message. Byte 4: the deflated bytes of one.
        yield b"\2\n" + login + b"\n" + call
        yield b"\3" + call + b"\n\3" + b'{"a":"' + b"a" * 4101 + b'"}'
        yield b"\4" + deflate(call) + b"\n\4" + deflate(b"a" * 4101)
        for frame in (b"\x89\x80\0\0\0\0", b"\x01\x81\0\0\0\0a", b"\x88\x82\0\0\0\0\x03\xe8", b"\xff" * 8):
            yield b"\1" + frame
    else:
        yield from bson_documents()
        for file in sorted([*SAVED.iterdir(), *(VECTORS / "tasks").iterdir()]):
            yield file.read_bytes()
            if file.suffix == ".jsonl":
                yield from file.read_bytes().splitlines()


def main():
    target, folder = sys.argv[1], Path(sys.argv[2])
    for data in inputs(target):
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


main()
