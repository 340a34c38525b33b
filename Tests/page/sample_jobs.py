"""A handful of jobs in every state, for pictures and for tests that need one of each."""

LOG = """\
2016-08-25T11:48:22.131Z mk_host_dir: made hosts/f41e8c
2016-08-25T11:48:22.205Z stats: 8 sequences, 227,411,381 bases
2016-08-25T11:48:23.002Z bowtie_build: Settings:
2016-08-25T11:48:23.002Z bowtie_build:   Output files: "reference.*.bt2"
2016-08-25T11:48:23.002Z bowtie_build:   Line rate: 6 (line is 64 bytes)
2016-08-25T11:48:23.002Z bowtie_build:   Max bucket size, sqrt multiplier: default
2016-08-25T11:48:25.871Z bowtie_build: \x1b[1mBuilding\x1b[0m a \x1b[32mSMALL\x1b[0m index
2016-08-25T11:49:02.410Z bowtie_build: Getting block 1 of 7
2016-08-25T11:49:40.118Z bowtie_build:   Reserving size (42639634) for bucket 1
2016-08-25T11:50:11.930Z bowtie_build:   Sorting block of length 31983071 for bucket 1
2016-08-25T11:51:05.264Z bowtie_build: \x1b[33mWarning:\x1b[0m Encountered reference sequence with only gaps
2016-08-25T11:51:05.264Z bowtie_build: Getting block 2 of 7
"""
FAILURE = {
    "cause": "tool_failed", "message": "bowtie2-build exited with code 1: reference file does not seem to be a FASTA file",
    "log": ["Settings:", "  Line rate: 6 (line is 64 bytes)", "Reading reference sizes", "Warning: Encountered reference sequence with only gaps",
            "Error: reference file does not seem to be a FASTA file", "Command: bowtie2-build --threads 1 host.fa reference"],
}


def fill(server):
    """Adds them; returns their ids by role."""
    add = server.add
    ids = {
        "complete": add("add_host", age=5400, state="complete", took=1260, args={"file": "hosts/prunus_persica.fa", "description": "Peach"}, log=LOG),
        "failed": add("add_host", age=4100, state="error", stage=2, took=240, error=FAILURE, username="mrott", args={"file": "hosts/upload_17.fa"}, log=LOG),
        "cancelled": add("nuvs", age=3500, state="cancelled", stage=3, took=900, username="jlee", args={"sample_id": "s_0219"}),
    }
    for n, (user, age, took) in enumerate([("igboyes", 9000, 2200), ("jlee", 8200, 1805), ("mrott", 7600, 2410), ("rivera", 6900, 1990)]):
        add("create_sample", age=age, state="complete", took=took, username=user, args={"files": [f"run7/s{n}_1.fastq.gz", f"run7/s{n}_2.fastq.gz"], "name": f"s_021{n}"})
        add("pathoscope_bowtie", age=age - 2600, state="complete", took=took * 1.4, username=user, args={"sample_id": f"s_021{n}"})
    ids["running"] = add("add_host", _id="f41e8c", age=303, state="running", stage=2, fraction=0.35, pace=0.02, log=LOG,
                         args={"file": "hosts/vitis_vinifera.fa", "description": "Grape"})
    add("pathoscope_bowtie", age=1500, state="running", stage=5, fraction=0.6, pace=0.03, username="jlee", args={"sample_id": "s_0220"}, proc=4, mem=8)
    add("nuvs", age=2700, state="running", stage=3, fraction=0.2, pace=0.015, username="rivera", args={"sample_id": "s_0218"}, proc=4, mem=16)
    add("create_sample", age=640, state="running", stage=1, fraction=0.8, pace=0.05, username="mrott", args={"files": ["run8/s1_1.fastq.gz"]})
    add("create_sample", age=590, state="running", stage=3, fraction=0.1, pace=0.04, username="igboyes", args={"files": ["run8/s2_1.fastq.gz"]})
    ids["waiting"] = add("nuvs", age=560, username="jlee", args={"sample_id": "s_0221"}, proc=4, mem=16)
    for n, user in enumerate(["igboyes", "rivera", "mrott", "jlee"]):
        add("pathoscope_bowtie", age=480 - 90 * n, username=user, args={"sample_id": f"s_022{n + 2}"}, proc=6, mem=16)
    return ids
