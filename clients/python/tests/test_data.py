"""What is kept: parts of references, and the calls on the real server."""

from __future__ import annotations

import gzip
import json
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

jobsync_server = pytest.importorskip("jobsync_server", reason="needs the whole repository")

from jobsync import BadArguments, Client, NotFound  # noqa: E402
from jobsync.data import PART, list_parts  # noqa: E402

Launch = Callable[..., jobsync_server.Server]

VIRUSES = [
    {
        "_id": "v1",
        "name": "Tobacco mosaic virus",
        "_version": 1,
        "last_indexed_version": None,
        "isolates": [{"isolate_id": "i1", "default": True}],
    }
]


def sequences(count: int, length: int) -> list[dict[str, Any]]:
    return [
        {"_id": f"NC_{number}", "isolate_id": "i1", "sequence": "ACGT" * (length // 4)}
        for number in range(count)
    ]


@pytest.fixture
def client(tmp_path: pathlib.Path) -> Iterator[Client]:
    if not jobsync_server.BINARY.exists():
        pytest.skip(f"NO SERVER TO TEST: there is no {jobsync_server.BINARY}")
    server = jobsync_server.Server(tmp_path / "server", [])
    try:
        with Client(server.url) as client:
            yield client
    finally:
        server.clean_up()


def test_parts_hold_everything_in_order() -> None:
    content = {"viruses": VIRUSES, "sequences": sequences(30, 100_000), "hmm": [{"_id": "m"}]}
    parts = list_parts(content)
    assert len(parts) > 5
    assert all(len(json.dumps(part)) < 2 * PART for part in parts)
    joined: dict[str, list[Any]] = {}
    for part in parts:
        for name, elements in part.items():
            joined.setdefault(name, []).extend(elements)
    assert joined == content
    assert list_parts({}) == [{}]


def test_a_reference_comes_is_shown_and_goes(client: Client, tmp_path: pathlib.Path) -> None:
    assert client.data.list("reference") == []
    folder = tmp_path / "db"
    folder.mkdir()
    (folder / "viruses.json").write_text(json.dumps(VIRUSES))
    (folder / "sequences.json").write_text(json.dumps(sequences(25, 60_000)))
    record = client.data.import_reference(folder, name="Plant viruses")
    assert (record.kind, record.id, record.name) == ("reference", "viruses", "Plant viruses")
    assert record.job is None and record.uses == ()
    assert record.document["sequence_count"] == 25
    assert client.data.list("reference") == [record]
    assert client.data.show("reference", "viruses") == record

    again = client.data.import_reference(folder / "viruses.json")
    assert again.document["data_version"] == 2 and again.name == "Plant viruses"
    other = client.data.import_reference(
        {"viruses": VIRUSES, "sequences": sequences(1, 8)}, id="other"
    )
    assert [record.id for record in client.data.list("reference")] == ["other", "viruses"]
    assert client.data.remove("reference", other.id) == (("reference", "other"),)
    assert client.data.list("reference") == [again]


def test_other_forms(client: Client, tmp_path: pathlib.Path) -> None:
    fasta = tmp_path / "viruses.fa.gz"
    bases = "ACGT" * 60_000
    fasta.write_bytes(gzip.compress(f">a1 Virus A\n{bases}\n>a2 Virus A\n{bases}\n".encode()))
    record = client.data.import_reference(fasta)
    assert record.document["virus_count"] == 2
    table = tmp_path / "table.tsv"
    table.write_text("id\tvirus\tsegment\na1\tVirus A\tRNA1\na2\tVirus A\tRNA2\n")
    grouped = client.data.import_reference(fasta, table=table)
    assert (grouped.document["virus_count"], grouped.document["isolate_count"]) == (1, 1)
    otu = {
        "_id": "o1",
        "name": "Virus O",
        "isolates": [
            {"id": "i1", "default": True, "sequences": [{"_id": "x", "sequence": "ACGT"}]}
        ],
    }
    export = tmp_path / "export.json"
    export.write_text(json.dumps({"otus": [otu]}))
    assert client.data.import_reference(export).document["sequence_count"] == 1
    assert client.data.import_reference({"otus": [otu]}).document["sequence_count"] == 1
    with pytest.raises(BadArguments, match="text: line 1: '=' must not begin with"):
        client.data.import_reference({"text": ">=\nACGT"})


def test_what_is_wrong_is_said(client: Client) -> None:
    with pytest.raises(BadArguments) as error:
        client.data.import_reference({"viruses": VIRUSES, "sequences": []})
    assert error.value.data["field"] == "viruses[0]"
    with pytest.raises(NotFound) as missing:
        client.data.show("host", "peach")
    assert missing.value.data["kind"] == "host"
    with pytest.raises(NotFound):
        client.data.remove("sample", "s1", all=True)


def test_results_are_handed_out(client: Client) -> None:
    table = client.data.findings(layout="long")
    assert table.name == "samples-viruses.tsv" and table.type.startswith("text/tab-separated")
    assert table.text.split("\n")[0].split("\t")[6:12] == [
        "verdict", "virus_id", "virus", "reads", "breadth", "depth"
    ]  # fmt: skip
    with pytest.raises(NotFound):
        client.data.export("analysis", "nobody", "html")
    with pytest.raises(BadArguments):
        client.data.export("host", "nobody", "html")
    with pytest.raises(NotFound):
        client.data.findings(samples=["nobody"])
