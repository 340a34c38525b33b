"""Results as files, over plain HTTP."""

from __future__ import annotations

import http.client
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from jobsync_server import Server

Launch = Callable[..., Server]
CREATED = "2016-08-25T11:48:22.375557Z"
TSV, JSON = "text/tab-separated-values", "application/json"
EVIL = "<script>alert(1)</script>\t=1+1"


def keep(
    server: Server, kind: str, _id: str, document: dict[str, Any], *uses: tuple[str, str]
) -> Path:
    """Put a record into the server's store, and its folder beside the others."""
    record = {
        "_id": _id, "kind": kind, "name": f"the {_id}",
        "username": "ada", "created": CREATED, "job": "f41e8c",
        "uses": [{"kind": used, "_id": its_id} for used, its_id in uses], "document": document,
    }  # fmt: skip
    with sqlite3.connect(Path(server.data) / "jobs.sqlite", timeout=60) as store:
        columns = [row[1] for row in store.execute("PRAGMA table_info(data)")]
        values = {"kind": kind, "id": _id, "record": json.dumps(record)}
        assert set(columns) == set(values), columns
        store.execute("INSERT INTO data (kind, id, record) VALUES (:kind, :id, :record)", values)
        for used in uses:
            store.execute("INSERT INTO data_uses VALUES (?, ?, ?, ?)", (*used, kind, _id))
    folder = Path(server.data) / {"analysis": "analyses", "sample": "samples"}[kind] / _id
    folder.mkdir(parents=True)
    return folder


def prepare(server: Server) -> None:
    """A sample with a virus in its second and third read, and one with contigs."""
    sample = keep(server, "sample", "leaf", {"paired": False, "quality": {"count": 3}})
    reads = "".join(f"@{n}\n{'ACGT' * n}\n+\n{'IIII' * n}\n" for n in (1, 2, 3))
    (sample / "reads_1.fastq.gz").write_text(reads)
    virus = {"id": "v 1/\u00e4", "name": EVIL}
    finding = {
        "virus": virus, "verdict": "found", "reasons": [], "reads": 2, "breadth": 0.9,
        "depth": 2.5, "sequence": "NC_001367.1",
    }  # fmt: skip
    document = {
        "algorithm": "pathoscope_bowtie", "sample": {"id": "leaf", "name": EVIL},
        "diagnosis": [], "findings": [finding],
    }  # fmt: skip
    folder = keep(server, "analysis", "a1", document, ("sample", "leaf"))
    noted = {"virus": virus["id"], "total": 2, "reads": "2 1"}
    (folder / "reads.jsonl").write_text(json.dumps(noted) + "\n")
    contig = {"index": 0, "sequence": "ACGT", "verdict": "unknown", "nearest": None, "orfs": []}
    keep(server, "analysis", "n1", {"algorithm": "nuvs", "contigs": [contig]}, ("sample", "leaf"))


def get(server: Server, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    return server.http(method, path, **headers)


def test_a_report_is_a_page_that_can_do_nothing(launch: Launch) -> None:
    server = launch()
    prepare(server)
    answer = get(server, "/data/analyses/a1/report.html")
    text = answer.read().decode()
    assert answer.status == 200, text
    assert answer.getheader("Content-Type") == "text/html; charset=utf-8"
    disposition = answer.getheader("Content-Disposition")
    assert disposition == 'inline; filename="leaf-pathoscope_bowtie-a1.html"'
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    policy = answer.getheader("Content-Security-Policy") or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.endswith("sandbox")
    assert "<script" not in text and "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "1 virus was found." in text
    head = get(server, "/data/analyses/a1/report.html", "HEAD")
    assert head.status == 200 and head.read() == b""


@pytest.mark.parametrize(
    ("path", "kind", "name", "text"),
    [
        ("analyses/a1/report.tsv", TSV, "leaf-pathoscope_bowtie-a1.tsv", r"\t=1+1"),
        ("analyses/a1/report.json", JSON, "leaf-pathoscope_bowtie-a1.json", "made_for"),
        ("samples/leaf/report.tsv", TSV, "leaf-sample.tsv", "leaf\t"),
        ("analyses/n1/contigs.fasta", "text/x-fasta", "leaf-nuvs-n1-contigs.fasta", "\nACGT\n"),
        ("findings.tsv?layout=long", TSV, "samples-viruses.tsv", "\tfound\t"),
        ("findings.html", "text/html", "samples-viruses.html", "1 sample, 1 of them analysed"),
    ],
)
def test_files_have_their_type_and_a_safe_name(
    launch: Launch, path: str, kind: str, name: str, text: str
) -> None:
    server = launch()
    prepare(server)
    answer = get(server, f"/data/{path}")
    body = answer.read().decode()
    assert answer.status == 200, body
    assert (answer.getheader("Content-Type") or "").split(";")[0] == kind
    assert f'filename="{name}"' in (answer.getheader("Content-Disposition") or "")
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert text in body


def test_the_reads_of_a_virus(launch: Launch) -> None:
    server = launch()
    prepare(server)
    virus = quote("v 1/\u00e4", safe="")
    path = f"/data/analyses/a1/reads.fastq?virus={virus}"
    reads = "@2\nACGTACGT\n+\nIIIIIIII\n@3\nACGTACGTACGT\n+\nIIIIIIIIIIII\n"
    assert get(server, path).read().decode() == reads
    part = path.replace("fastq", "fasta") + "&from=1&limit=5"
    assert get(server, part).read() == b">3\nACGTACGTACGT\n"


def test_what_there_is_not(launch: Launch) -> None:
    server = launch()
    prepare(server)
    for path, status in [
        ("/data/analyses/nobody/report.html", 404),
        ("/data/analyses/a1/report.pdf", 404),
        ("/data/analyses/a1/contigs.fasta", 400),
        ("/data/hosts/leaf/report.html", 400),
        ("/data/analyses/a1/reads.fastq", 400),
        ("/data/analyses/a1/reads.fastq?virus=v2", 400),
        ("/data/analyses/a1/reads.fastq?virus=v2&limit=x", 400),
        ("/data/findings.tsv?layout=deep", 400),
        ("/data/findings.tsv?every=1", 400),
        ("/data/findings.tsv?sample=x", 404),
        ("/data/analyses/..%2f..%2fetc/report.html", 404),
        ("/data/findings.fasta", 404),
    ]:
        answer = get(server, path)
        assert answer.status == status, (path, answer.status, answer.read())


def test_only_for_those_who_are_logged_in(launch: Launch) -> None:
    server = launch(auth="token")
    for path in ("/data/analyses/a1/report.html", "/data/findings.tsv"):
        assert get(server, path).status == 401
        assert get(server, path, Authorization="Bearer wrong").status == 401
    answer = get(server, "/data/findings.tsv", Authorization=f"Bearer {server.token}")
    assert answer.status == 200
