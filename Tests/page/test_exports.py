"""What is handed out: links beside results, and what the real server sends behind them."""

import json
import sqlite3

import pytest
from playwright.sync_api import expect

import results
from fake_server import FakeServer

COMPLETE = {"age": 600, "state": "complete", "took": 300}
CREATED = "2016-08-25T11:48:22.375557Z"
EVIL = "<img src=x onerror=\"document.title='hurt'\"><script>document.title='hurt'</script>"


def keep(server, kind, _id, document, *uses):
    """Puts a record into the real server's store."""
    record = {"_id": _id, "kind": kind, "name": f"the {_id}", "username": "ada", "created": CREATED,
              "uses": [{"kind": used, "_id": its} for used, its in uses], "document": document}
    with sqlite3.connect(server.data / "jobs.sqlite", timeout=60) as store:
        store.execute("INSERT INTO data (kind, id, record) VALUES (?, ?, ?)", (kind, _id, json.dumps(record)))
    folder = server.data / {"analysis": "analyses", "sample": "samples"}[kind] / _id
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def kept(server):
    sample = {name: value for name, value in results.sample(paired=False).items()}
    folder = keep(server, "sample", "s_0219", sample)
    (folder / "reads_1.fastq.gz").write_text("@1\nACGT\n+\nIIII\n@2\nTTTT\n+\nIIII\n")
    found = results.judged()
    found["findings"][0]["virus"] = {**found["findings"][0]["virus"], "name": EVIL}
    folder = keep(server, "analysis", "a1", found, ("sample", "s_0219"))
    virus = found["findings"][0]["virus"]["id"]
    (folder / "reads.jsonl").write_text(json.dumps({"virus": virus, "total": 1, "reads": "2"}) + "\n")
    return found


def test_results_have_links_to_their_files(open_page):
    with FakeServer() as fake:
        for name, result, kind, more in [
            ("pathoscope_bowtie", results.judged(), "analyses/a1", []),
            ("nuvs", results.nuvs(), "analyses/n1", ["contigs.fasta"]),
            ("create_sample", results.sample(), "samples/s_0219", []),
        ]:
            page = open_page(fake, f"?job={fake.add(name, **COMPLETE, result=result)}")
            links = page.get_by_role("navigation", name="Result as files").get_by_role("link")
            expect(links).to_have_count(3 + len(more))
            addresses = [link.get_attribute("href") for link in links.all()]
            assert addresses == [f"/data/{kind}/{file}" for file in ("report.html", "report.tsv", "report.json", *more)]


def test_only_accessions_are_links(open_page):
    with FakeServer() as fake:
        result = results.judged()
        result["diagnosis"][0]["id"] = "javascript:alert(1)"
        page = open_page(fake, f"?job={fake.add('pathoscope_bowtie', **COMPLETE, result=result)}")
        place = page.get_by_role("region", name="Result", exact=True)
        accession = place.get_by_role("link", name="NC_004362")
        expect(accession).to_have_attribute("href", "https://www.ncbi.nlm.nih.gov/nuccore/NC_004362")
        expect(accession).to_have_attribute("rel", "noopener noreferrer")
        assert all(not each.get_attribute("href").startswith("javascript") for each in place.get_by_role("link").all())


def test_a_report_opens_and_can_do_nothing(server, kept, open_page):
    page = open_page(server)
    page.keyboard.press("d")
    dialog = page.get_by_role("dialog", name="Data")
    dialog.get_by_role("button", name="Analyses").click()
    with page.expect_popup() as opened:
        dialog.get_by_role("link", name="Report of the a1").click()
    report = opened.value
    expect(report.get_by_role("heading", level=1)).to_have_text("Peach leaf 17")
    expect(report.locator(".statement")).to_have_text("2 viruses were found; 1 is uncertain; 1 has weak support only.")
    expect(report.get_by_text("1 virus with weak support, perhaps a contamination:")).to_be_visible()
    expect(report.get_by_role("heading", level=3).first).to_contain_text("<script>")
    assert report.locator("script, img, iframe, form").count() == 0
    assert "hurt" not in report.title()
    assert report.get_by_role("img", name="Depth along NC_001749").count() == 1
    # Its own style is let through by the policy: the statement has its frame.
    assert report.locator(".statement").evaluate("each => getComputedStyle(each).borderTopWidth") == "2px"
    report.emulate_media(media="print")
    expect(report.get_by_text("Signature")).to_be_visible()
    assert report.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_tables_and_reads_are_downloaded(server, kept, open_page):
    page = open_page(server)
    page.keyboard.press("d")
    dialog = page.get_by_role("dialog", name="Data")
    dialog.get_by_role("button", name="Samples").click()
    links = dialog.get_by_role("navigation", name="Samples and viruses")
    with page.expect_download() as started:
        links.get_by_role("link", name="TSV", exact=True).click()
    assert started.value.suggested_filename == "samples-viruses.tsv"
    rows = started.value.path().read_text().splitlines()
    assert len(rows) == 2 and rows[1].split("\t")[:3] == ["s_0219", "the s_0219", "a1"]
    with page.expect_popup() as opened:
        links.get_by_role("link", name="Table").click()
    expect(opened.value.get_by_role("cell", name="uncertain")).to_have_count(1)
    with page.expect_download() as started:
        virus = kept["findings"][0]["virus"]["id"]
        page.evaluate("each => { const link = document.createElement('a'); link.href = each; document.body.append(link); link.click(); }",
                      f"/data/analyses/a1/reads.fastq?virus={virus}")
    assert started.value.path().read_text() == "@2\nTTTT\n+\nIIII\n"
