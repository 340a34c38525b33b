"""What jobs make and what they work on."""

from __future__ import annotations

import gzip
import json
import os
import pathlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

PART = 400_000
"""How many characters of a reference go into one message; the server's limit is 1 MiB."""

READS = 50_000
"""How many reads or pairs of a virus are asked for at once."""

LISTS = ("viruses", "sequences", "history", "hmm", "otus")

TEXTS = ("text", "table")
"""Files that are sent as they are: a whole reference, and what the sequences of FASTA are of."""

Key = tuple[str, str]
"""A kind and an id, such as `("host", "prunus_persica")`."""

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of something that is kept."""

    kind: str
    id: str
    name: str
    username: str
    created: datetime
    uses: tuple[Key, ...]
    job: str | None
    document: Mapping[str, Any]

    @classmethod
    def from_wire(cls, record: Mapping[str, Any]) -> Record:
        """Read a record."""
        return cls(
            kind=record["kind"],
            id=record["_id"],
            name=record["name"],
            username=record["username"],
            created=datetime.fromisoformat(record["created"]),
            uses=tuple((used["kind"], used["_id"]) for used in record["uses"]),
            job=record.get("job"),
            document=record["document"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A result as a file holds it."""

    name: str
    """A name that every file system takes."""
    type: str
    """What HTTP calls its form, such as `text/html; charset=utf-8`."""
    text: str

    @classmethod
    def from_wire(cls, answer: Mapping[str, Any]) -> Export:
        """Read an answer."""
        return cls(name=answer["name"], type=answer["type"], text=answer["text"])


class AsyncData:
    """What the server keeps: `await client.data.list("host")`.

    Kinds are `host`, `reference`, `index`, `sample` and `analysis`.
    """

    def __init__(self, call: Ask, insist: Ask) -> None:
        self._call = call
        self._insist = insist

    async def list(self, kind: str) -> list[Record]:
        """All records of a kind by their ids, without the long members of their documents."""
        records: list[Record] = []
        params: dict[str, Any] = {"kind": kind, "limit": 1000}
        while True:
            page = await self._insist("data.list", params)
            records += map(Record.from_wire, page["records"])
            if page["after"] is None:
                return records
            params["after"] = page["after"]

    async def show(self, kind: str, id: str) -> Record:
        """One record, whole. Raises `NotFound`."""
        return Record.from_wire(await self._insist("data.show", {"kind": kind, "_id": id}))

    async def export(
        self, kind: str, id: str, format: str = "tsv", *, virus: str | None = None
    ) -> Export:
        """An analysis or a sample as `html`, `tsv` or `json`; contigs as `fasta`.

        With `virus`, the reads that speak for it, as `fasta` or `fastq`.
        Raises `NotFound`, and `BadArguments` for a form that there is not.
        """
        params: dict[str, Any] = {"kind": kind, "_id": id, "format": format}
        if virus is None:
            return Export.from_wire(await self._call("data.export", params))
        texts: list[str] = []
        params |= {"virus": virus, "from": 0, "limit": READS}
        while True:
            answer = await self._call("data.export", params)
            texts.append(answer["text"])
            params["from"] += READS
            if params["from"] >= answer["total"]:
                return Export.from_wire({**answer, "text": "".join(texts)})

    async def findings(
        self,
        format: str = "tsv",
        *,
        layout: str = "wide",
        samples: Sequence[str] = (),
        algorithm: str | None = None,
        every: bool = False,
    ) -> Export:
        """Which viruses were found in which samples, as one table: `tsv`, `html` or `json`.

        The newest analysis of each sample counts, or with `every` all of them have a row.
        """
        params: dict[str, Any] = {"format": format, "layout": layout, "every": every}
        params["samples"] = [*samples]
        if algorithm is not None:
            params["algorithm"] = algorithm
        return Export.from_wire(await self._call("data.findings", params))

    async def remove(self, kind: str, id: str, *, all: bool = False) -> tuple[Key, ...]:
        """Remove something with its files, and with `all` what was made from it.

        Returns what was removed. Raises `Conflict` while it is used.
        """
        answer = await self._call("data.remove", {"kind": kind, "_id": id, "all": all})
        return tuple((key["kind"], key["_id"]) for key in answer["removed"])

    async def import_reference(
        self,
        source: str | os.PathLike[str] | Mapping[str, Any],
        *,
        id: str = "viruses",
        name: str | None = None,
        table: str | os.PathLike[str] | None = None,
    ) -> Record:
        """Bring a reference along: a mapping, a file, or a folder of viruses.json and others.

        A file is FASTA, JSON or what Virtool exports, and may be compressed with gzip. A table
        says of which virus, isolate and segment each sequence of FASTA is.

        Raises `BadArguments` for what is not as it must be; then nothing has changed.
        """
        content = source if isinstance(source, Mapping) else _read(pathlib.Path(source))
        if table is not None:
            content = {**content, "table": _text(pathlib.Path(table))}
        params: dict[str, Any] = {"_id": id}
        if name is not None:
            params["name"] = name
        parts = list_parts(content)
        for number, part in enumerate(parts):
            done = number == len(parts) - 1
            answer = await self._call("data.import", {**params, **part, "done": done})
            if "record" in answer:
                break
            params["upload"] = answer["upload"]
        return Record.from_wire(answer["record"])


def list_parts(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lists of a reference in parts that messages can hold, at least one."""
    texts = [
        {name: text[start : start + PART // 5]}
        for name in TEXTS
        if (text := content.get(name))
        for start in range(0, len(text), PART // 5)
    ]
    parts: list[dict[str, Any]] = [{}]
    size = 0
    for name, element in _elements(content):
        length = len(json.dumps(element))
        if size and size + length > PART:
            parts.append({})
            size = 0
        parts[-1].setdefault(name, []).append(element)
        size += length
    return texts + [part for part in parts if part or not texts]


def _elements(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in LISTS:
        for element in content.get(name) or ():
            yield name, element


def _read(path: pathlib.Path) -> Mapping[str, Any]:
    if path.is_dir():
        files = {name: path / f"{name}.json" for name in LISTS if name != "otus"}
        return {
            name: json.loads(file.read_text(encoding="utf-8-sig"))
            for name, file in files.items()
            if file.exists() or name in ("viruses", "sequences")
        }
    text = _text(path)
    if text.lstrip("\ufeff \t\r\n").startswith(">"):
        return {"text": text}
    content = json.loads(text)
    if isinstance(content, dict) and "otus" in content and "viruses" not in content:
        return {"text": text}
    if isinstance(content, list) and path.name == "viruses.json":
        return _read(path.parent)
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no reference")
    return content


def _text(path: pathlib.Path) -> str:
    content = path.read_bytes()
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    return content.decode("utf-8-sig")
