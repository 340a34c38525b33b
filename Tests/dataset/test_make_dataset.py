"""What scripts/make-dataset promises: the same bytes for the same arguments, and a truth that is true."""
import collections
import gzip
import hashlib
import json
import pathlib
import subprocess
import sys

import pytest

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts" / "make-dataset"
BATCH = "--batch 8 --hop 0.02 --alien --strain --strains --dilution --deletion --recombinant --viroid --decoys".split()


def make(folder, *arguments):
    subprocess.run([sys.executable, SCRIPT, folder, *arguments], check=True)
    return json.loads((folder / "truth.json").read_text())


def fails(folder, *arguments):
    run = subprocess.run([sys.executable, SCRIPT, folder, *arguments], capture_output=True, text=True)
    assert run.returncode == 2
    assert not folder.exists()
    return run.stderr


def content(folder):
    """The bytes of all files, what is compressed unpacked: other versions of zlib compress otherwise."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in files
    }


def digest(folder):
    whole = hashlib.sha256()
    for name, data in content(folder).items():
        whole.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return whole.hexdigest()[:16]


def reads(folder, name):
    lines = gzip.decompress((folder / "watch" / name).read_bytes()).decode().splitlines()
    return lines[1::4]


def reference(folder):
    sequences = json.loads((folder / "db" / "sequences.json").read_text())
    return {s["_id"]: s["sequence"] for s in sequences}


# Whoever has kept a data set by its arguments must get it again.
@pytest.mark.parametrize("arguments, expected", [
    ("--seed 11 --fragments 500", "fd8f8e9ec0c65f54"),
    ("--seed 29 --layout single --fragments 500", "34123b1c41f9b9aa"),
    ("--seed 3 --healthy --fragments 500", "9ae6b1bf2c5df1a4"),
])
def test_without_challenges_the_bytes_are_those_of_0_1(tmp_path, arguments, expected):
    make(tmp_path / "a", *arguments.split())
    assert digest(tmp_path / "a") == expected


def test_the_same_arguments_make_the_same_bytes_and_another_seed_others(tmp_path):
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        make(tmp_path / name, *BATCH, "--ribosomal", "0.2", "--seed", seed, "--fragments", "6000")
    assert content(tmp_path / "a") == content(tmp_path / "b")
    assert digest(tmp_path / "a") != digest(tmp_path / "c")


def test_a_batch_has_one_challenge_a_sample_and_the_alien_last(tmp_path):
    truth = make(tmp_path / "a", *BATCH, "--fragments", "4000", "--origins", str(tmp_path / "origins"))
    assert truth["batch"] == {"samples": 8, "hop": 0.02, "alien": truth["samples"][7]["name"]}
    assert [s["challenges"] for s in truth["samples"]] == [
        ["strain"], ["strains"], ["dilution"], ["deletion"], ["recombinant"], ["viroid"], ["decoys"], ["alien"]]
    # No virus is in two samples, so that what has strayed is not there already.
    viruses = [p["virus_id"] for s in truth["samples"] for p in s["present"]]
    assert len(viruses) == len(set(viruses))
    # The truth counts what the files hold.
    origins = (line.split("\t") for line in (tmp_path / "origins").read_text().splitlines())
    counts = collections.Counter((name.split(":")[3], label) for name, label in origins)
    for number, sample in enumerate(truth["samples"], 1):
        assert len(reads(tmp_path / "a", sample["files"][0])) == sample["fragments"]
        for target in sample["present"]:
            ids = {row["sequence_id"] for row in target["sequences"]}
            mine = sum(n for (place, label), n in counts.items() if place == str(number) and label.split(":")[-1] in ids)
            assert target["fragments"] == mine
        for strayed in sample["hopped"]:
            assert strayed["virus_id"] not in {p["virus_id"] for p in sample["present"]}
            assert strayed["fragments"] > 0 and number - 1 not in strayed["from"]
    assert sum(h["fragments"] for s in truth["samples"] for h in s["hopped"]) > 20


def test_strains_are_as_near_as_asked_for(tmp_path):
    truth = make(tmp_path / "a", "--healthy", "--strain", "85", "--strains", "92", "--fragments", "3000")
    strain, strains = truth["samples"][0]["present"]
    assert strain["nearest_identity"] == pytest.approx(.85, abs=.015)
    assert strains["strains_identity"] == pytest.approx(.92, abs=.015)
    assert strain["per_kilobase"] == pytest.approx(100, rel=.02)


def test_a_dilution_has_the_depths_asked_for(tmp_path):
    truth = make(tmp_path / "a", "--healthy", "--dilution", "2,20,200", "--fragments", "5000")
    assert [p["per_kilobase"] for p in truth["samples"][0]["present"]] == pytest.approx([2, 20, 200], rel=.4)


def test_a_deletion_leaves_no_read_of_what_is_missing(tmp_path):
    truth = make(tmp_path / "a", "--healthy", "--deletion", "--layout", "single", "--fragments", "3000")
    deleted = truth["samples"][0]["present"][0]["deleted"]
    sequence = reference(tmp_path / "a")[deleted["sequence_id"]]
    inside = sequence[deleted["start"]:deleted["start"] + deleted["length"]]
    assert .35 <= deleted["length"] / len(sequence) <= .55
    words = {inside[i:i + 31] for i in range(len(inside) - 30)}
    assert not any(read[i:i + 31] in words for read in reads(tmp_path / "a", truth["samples"][0]["files"][0]) for i in range(len(read) - 30))


def test_a_viroid_is_a_circle(tmp_path):
    truth = make(tmp_path / "a", "--healthy", "--viroid", "--depth", "3000", "--layout", "single", "--fragments", "3000")
    target = truth["samples"][0]["present"][0]
    assert 250 <= target["length"] <= 400
    circle = reference(tmp_path / "a")["SY_SVd"]
    joint = circle[-10:] + circle[:10]
    assert any(joint in read for read in reads(tmp_path / "a", truth["samples"][0]["files"][0]))


def test_small_rna_is_21_to_24_bases_before_its_adapter(tmp_path):
    truth = make(tmp_path / "a", "--healthy", "--small-rna", "--viroid", "--fragments", "2000")
    sample = truth["samples"][0]
    assert (sample["layout"], sample["library_type"]) == ("single", "srna")
    places = [read.find("TGGAATTC") for read in reads(tmp_path / "a", sample["files"][0])]
    # The others have an error in the adapter, or the same letters by chance.
    assert sum(place in (21, 22, 23, 24) for place in places) > 1800


def test_decoys_and_ribosomal_rna_are_no_viruses(tmp_path):
    truth = make(tmp_path / "a", "--healthy", "--decoys", "--ribosomal", "0.4", "--fragments", "2000", "--origins", str(tmp_path / "origins"))
    sample = truth["samples"][0]
    assert sample["present"] == []
    assert {a["kind"] for a in sample["absent"]} == {"low_complexity", "host_like"}
    labels = [line.split("\t")[1] for line in (tmp_path / "origins").read_text().splitlines()]
    assert sum(label.startswith("ribosomal:") for label in labels) == pytest.approx(800, abs=3)
    assert sum(label.startswith("decoy:") for label in labels) > 50


def test_challenges_come_beside_the_mix(tmp_path):
    truth = make(tmp_path / "a", "--viroid", "--fragments", "3000")
    assert [p["challenge"] for p in truth["samples"][0]["present"]] == ["viroid", "segmented", "nondefault", "mixture", "trace"]


@pytest.mark.parametrize("arguments, message", [
    ("--strain 120", "--strain: must be a number or a range N-M, from 50 to 100 (percent), not '120'"),
    ("--strains 98-90", "--strains: must be a number or a range"),
    ("--dilution 5,,7", "--dilution: must be from 0.01 to 100000, not ''"),
    ("--hop 0.1", "--hop and --alien need --batch"),
    ("--batch 1 --hop 0.1", "has no other that reads could hop to"),
    ("--batch 0", "--batch: must be from 1 to 96, not '0'"),
    ("--depth nan", "--depth: must be"),
    ("--fragments -3", "--fragments: must be at least 1, not -3"),
    ("--strain --depth 5000 --fragments 1000", "--fragments: sample 1 needs"),
    ("--batch 40 --strain", "no virus left that could be planted"),
])
def test_what_cannot_be_is_refused(tmp_path, arguments, message):
    assert message in fails(tmp_path / "a", *arguments.split())


def test_the_help_names_every_option():
    text = subprocess.run([sys.executable, SCRIPT, "--help"], capture_output=True, text=True, check=True).stdout
    for part in ("--strain", "--batch", "--hop", "--alien", "FILES", "TRUTH OF CHALLENGES", "EXAMPLES", "EXIT STATUS"):
        assert part in text
