"""What a job made, in words and pictures: checked by what they say and how many marks they have."""

import copy
import json

import pytest
from playwright.sync_api import expect

import results
from fake_server import TASKS, FakeServer, task
from test_accessibility import PHONE, violations

HOSTILE = '<img src=x onerror="window.hurt = 1"><script>window.hurt = 1</script> ‮ \u0000 ' + "long" * 60
COMPLETE = {"age": 600, "state": "complete", "took": 300}


@pytest.fixture
def fake():
    snap = {**next(each for each in TASKS if each["name"] == "pathoscope_bowtie"), "name": "pathoscope_snap"}
    with FakeServer(tasks=[*TASKS, snap, task("count", ["count"])]) as server:
        yield server


@pytest.fixture
def show(fake, open_page):
    """Opens the page of a job that ended with a result; hands back the place of the result."""
    def show(name, result=None, **options):
        job = fake.add(name, **COMPLETE, result=result or results.EVERY[name])
        place = open_page(fake, f"?job={job}", **options).get_by_role("region", name="Result", exact=True)
        expect(place).to_be_visible()
        return place
    return show


def description(place, title):
    """What a picture says to those who don't see it."""
    picture = place.get_by_role("img", name=title, exact=True)
    expect(picture).to_have_count(1)
    return picture.evaluate("each => each.getElementById(each.getAttribute('aria-describedby')).textContent")


def line(place, name):
    return place.get_by_role("row").filter(has=place.page.get_by_role("rowheader", name=name, exact=True))


def unfold(place):
    folded = place.locator("details:not([open]) > summary")
    while folded.count():
        folded.first.click()


def test_a_host(show):
    place = show("add_host")
    expect(place.locator(".sentence")).to_have_text("Prunus persica: 8 sequences with 227,411,381 bases.")
    expect(line(place, "Longest")).to_contain_text("47,851,208")
    expect(line(place, "A")).to_contain_text("30.9%")
    expect(line(place, "A")).to_contain_text("70,270,117")
    assert description(place, "Shares of the nucleotides") == "A 30.9%, T 31.0%, G 18.9%, C 18.8% and N 0.4%."
    bar = place.get_by_role("img", name="Shares of the nucleotides")
    expect(bar.locator("rect")).to_have_count(5)
    expect(bar.locator("text")).to_have_text(["A", "T", "G", "C"])
    expect(place).to_contain_text("7 files, 1.6 GB")
    expect(place).to_contain_text("bowtie2 2.5.0 · snap-aligner 2.0.2")


def test_an_index(show):
    place = show("rebuild_index")
    expect(place.locator(".sentence")).to_have_text("Version 3 of viruses is ready. It takes in 11 changes of 4 viruses.")
    expect(line(place, "Sequences")).to_contain_text("61")
    place.get_by_text("Versions of 20 viruses").click()
    expect(line(place, "v003")).to_contain_text("4")


def test_an_index_without_changes(show):
    place = show("rebuild_index", {**results.INDEX, "modified_virus_count": 0, "modification_count": 0})
    expect(place.locator(".sentence")).to_have_text("Version 3 of viruses is ready. No virus had changed.")


def test_a_sample(show):
    place = show("create_sample")
    expect(place.locator(".sentence")).to_have_text("18,888 of 20,000 reads were kept (94.4%).")
    for text in ("50 to 100 nt", "43%", "Sanger / Illumina 1.9", "paired reads", "reads_1.fastq.gz (1.2 MB) and reads_2.fastq.gz (1.2 MB)",
                 "at least 50 nt and ends of quality 20", "1,000 too short and 112 of low quality"):
        expect(place.locator(".facts")).to_contain_text(text)
    expect(place.locator(".notice")).to_have_count(0)
    quality = description(place, "Base quality per cycle")
    assert quality.startswith("The median is 29 to 38 over 100 cycles, lowest in cycle 100; it begins at 32 and ends at 29."), quality
    assert description(place, "Composition per cycle") == "On average over 100 cycles A 29.1%, T 28.3%, G 21.4% and C 21.2%."
    assert description(place, "Reads by mean quality") == "Most reads have a mean quality of 36 (5,100 of 18,888); the mean qualities lie between 29 and 40."
    assert place.get_by_role("img", name="Base quality per cycle").locator("path").count() == 4
    assert place.get_by_role("img", name="Composition per cycle").locator("path").count() == 4
    assert place.get_by_role("img", name="Reads by mean quality").locator("rect").count() == sum(each > 0 for each in results.sample()["quality"]["sequences"])
    expect(place.locator(".legend").nth(1).locator("li")).to_have_text(["A", "T", "G", "C"])
    place.get_by_text("Figures per cycle").click()
    table = place.get_by_role("group", name="Figures per cycle")
    expect(table.get_by_role("columnheader")).to_have_text(["Cycle", "Median", "Mean", "25%", "75%", "10%", "90%", "A, %", "T, %", "G, %", "C, %"])
    expect(table.get_by_role("rowheader")).to_have_count(50)
    place.get_by_role("button", name="Show all 100 rows").click()
    expect(table.get_by_role("rowheader")).to_have_count(100)
    expect(table).to_be_focused()


@pytest.mark.parametrize("name", ["pathoscope_bowtie", "nuvs"])
def test_an_analysis_says_what_is_odd_about_its_sample_and_names_all_hosts(show, name):
    warning = "watch/a.fq: 200 of the first 200 reads that are left hold TGGAATTCTCGG <b>"
    place = show(name, {**results.EVERY[name], "warnings": [warning], "hosts": ["vitis", "homo_sapiens"]})
    expect(place.locator("p.sentence + p.notice")).to_have_text(warning)
    expect(place).to_contain_text("vitis and homo_sapiens")


def test_a_sample_with_oddities_says_them_first(show):
    warning = "r_1.fastq and r_2.fastq: the mates seem to be swapped, for the first say that they are 2"
    place = show("create_sample", {**results.sample(), "warnings": [warning]})
    expect(place.locator(".notice")).to_have_text([warning])


def test_a_sample_of_an_older_server(show):
    old = {name: value for name, value in results.sample().items() if name not in ("trimming", "warnings")}
    place = show("create_sample", {**old, "trimmed": {"raw_reads": 20_000, "kept_reads": 18_888}})
    expect(place.locator(".sentence")).to_have_text("18,888 of 20,000 reads were kept (94.4%).")
    expect(place.locator(".notice")).to_have_count(0)


@pytest.mark.parametrize("name", ["pathoscope_bowtie", "pathoscope_snap"])
def test_known_viruses(show, name):
    place = show(name)
    expect(place.locator(".sentence")).to_have_text("4 viruses were found in 2,542 matching reads; 121 reads were the host’s.")
    heads = place.locator(".virus > summary")
    expect(heads).to_have_count(4)
    assert [head.split("\n")[0] for head in heads.all_inner_texts()] == [
        "Apple stem grooving virus ASGV", "Prunus necrotic ringspot virus PNRSV", "Plum pox virus PPV", "Cherry virus A CVA"]
    expect(heads.nth(1)).to_contain_text("32.0%")
    expect(heads.nth(1)).to_contain_text("813 reads")
    expect(place.locator(".virus[open]")).to_have_count(3)
    expect(place.locator(".virus").nth(2).locator("h4")).to_contain_text(["Strain D", "Strain Rec"])
    table = place.get_by_role("group", name="Sequences of isolate Pch12")
    expect(table.get_by_role("columnheader")).to_have_text(["Sequence", "π", "Reads", "Best hits", "Coverage"])
    expect(line(place, "NC_004362").get_by_role("cell")).to_have_text(["13.0%", "331", "12.7%", "100%"])
    assert "no gap" in description(place, "Depth along NC_001749")
    gaps = description(place, "Depth along AY028309")
    assert gaps.startswith("Mean depth 1, greatest 1.8 around ") and gaps.endswith("of 9,786 nt, 2 gaps: 1 to 196, 4,405 to 5,089."), gaps
    expect(place.get_by_role("img")).to_have_count(6)
    heads.nth(3).click()
    expect(place.get_by_role("img")).to_have_count(7)


def test_weak_findings_are_folded_away(show):
    place = show("pathoscope_bowtie", results.judged())
    expect(place.locator(".sentence")).to_have_text(
        "2 viruses were found, 1 is uncertain, 1 has weak support; 2,542 of 28,200 reads fit a virus; 121 reads were the host’s.")
    heads = place.locator(".virus > summary")
    expect(heads).to_have_count(3)
    expect(heads.nth(0)).to_contain_text("Found1,410 reads · 99.0% covered · 8 deep · 5.0% of all reads")
    expect(heads.nth(2)).to_contain_text("Uncertain")
    expect(place.locator(".virus").nth(2)).to_contain_text("Reads lie on 35 % of the sequence, less than 50 %.")
    place.get_by_text("1 virus with weak support, perhaps a contamination").click()
    weak = place.locator(".weak .virus")
    expect(weak).to_have_count(1)
    weak.locator("summary").click()
    expect(weak).to_contain_text("3 reads, fewer than 10: perhaps a contamination.")


def test_no_virus(show):
    place = show("pathoscope_bowtie", results.healthy())
    expect(place.locator(".sentence")).to_have_text("No virus was found. 121 reads that fitted one were the host’s.")
    expect(place.locator(".virus")).to_have_count(0)
    expect(place).to_contain_text("Plant viruses, version 3")


def test_novel_viruses(show):
    place = show("nuvs")
    expect(place.locator(".sentence")).to_contain_text("2 of 9 contigs assembled from 5,213 reads look like a virus")
    expect(place.locator(".contig h4")).to_have_text(["Contig 0 4,011 nt", "Contig 4 1,138 nt"])
    told = description(place, "Contig 0 with its open reading frames")
    assert told == (
        "4,011 nt with 5 open reading frames, 2 of them without a hit. ORF 1, 80 to 1,845, frame +1: RNA-dependent RNA polymerase. "
        "ORF 3, 1,765 to 2,647, frame +3: Coat protein. ORF 4, 2,687 to 3,931, frame +2: Movement protein."), told
    picture = place.get_by_role("img", name="Contig 0 with its open reading frames")
    expect(picture.locator("path.orf")).to_have_count(5)
    expect(picture.locator("path.hue-none")).to_have_count(2)
    expect(picture.locator("text:not(.tick)")).to_have_text(["1 RNA-dependen…", "2", "3", "4 Movemen…", "5"])
    table = place.get_by_role("group", name="Hits of Contig 0")
    expect(table.get_by_role("rowheader")).to_have_text(["RNA-dependent RNA polymerase vFam_11", "Helicase vFam_85", "Coat protein vFam_23", "Movement protein vFam_37"])
    expect(table.get_by_role("row").nth(1).get_by_role("cell")).to_have_text(["1", "1e-120", "413"])


def test_contigs_are_told_from_known_viruses(show):
    place = show("nuvs", results.nuvs_with_verdicts())
    expect(place.locator(".sentence")).to_contain_text("1 of them is unknown, 1 of a virus that is known and 1 related to one.")
    expect(place.locator(".contig h4")).to_have_text(["Contig 1 2,000 nt, 1,411 reads, 88.1× deep", "Contig 2 1,138 nt, 92 reads, 7.91× deep", "Contig 0 4,011 nt, 812 reads, 20.2× deep"])
    expect(place.locator(".verdict")).to_have_text([
        "Unknown: nothing in the reference is like it.",
        "Related to a known virus: nearest is Plum pox virus, strain D (NC_001445), 74.1% identical over 35.0% of it.",
        "Known virus: nearest is Plum pox virus, strain D (NC_001445), 93.1% identical over 99.8% of it.",
    ])


def test_colours_go_with_families(show):
    """The same family looks the same in every contig, and no two of the first six look alike."""
    place = show("nuvs")
    hue = lambda contig, number: place.locator(".contig").nth(contig).locator(".orf-number").filter(has_text=str(number)).first.get_attribute("class")
    assert hue(0, 1) == hue(1, 1)
    assert len({hue(0, number) for number in (1, 3, 4)}) == 3


def test_no_novel_virus(show):
    place = show("nuvs", results.nuvs([]))
    expect(place.locator(".sentence")).to_have_text("No sign of a novel virus was found in any of 9 contigs assembled from 5,213 reads.")
    expect(place.get_by_role("button")).to_have_count(0)


def test_nothing_to_assemble(show):
    place = show("nuvs", {**results.nuvs([]), "contig_count": 0})
    expect(place.locator(".sentence")).to_have_text("No sign of a novel virus was found: nothing could be assembled.")


def test_sequences_can_be_taken_along(show):
    place = show("nuvs")
    page = place.page
    with page.expect_download() as taken:
        place.get_by_role("button", name="Download all 2 as FASTA").click()
    assert taken.value.suggested_filename == "Peach_leaf_17-contigs.fa"
    text = open(taken.value.path()).read()
    first = results.contig(0)["sequence"]
    assert text.startswith(f">n1_contig_0 sample=s_0219 length=4011\n{first[:70]}\n{first[70:140]}\n")
    assert text.count(">") == 2 and len(text.splitlines()) == 2 + 58 + 17
    place.get_by_text("Sequence", exact=True).nth(1).click()  # the first is a label of a fold, too
    expect(place.locator(".contig").nth(1).locator("pre")).to_have_text(results.contig(4, 1_138)["sequence"])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    place.locator(".contig").nth(1).get_by_role("button", name="Copy as FASTA").click()
    expect(page.locator(".toast")).to_contain_text("Sequence copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith(">n1_contig_4 sample=s_0219 length=1138\n")


@pytest.mark.parametrize("name", results.EVERY)
def test_the_result_as_it_came(show, name):
    place = show(name)
    place.get_by_text("Show as JSON").click()
    assert json.loads(place.locator(".json").text_content()) == results.EVERY[name]


def test_other_tasks_look_as_before(show):
    place = show("count", {"reached": 12, "rows": [{"a": 1}, {"a": 2}]})
    expect(place.locator(".drawn")).to_have_count(0)
    expect(place.locator("dt")).to_have_text(["Reached", "Rows"])
    expect(place.get_by_role("cell")).to_have_text(["1", "2"])


@pytest.mark.parametrize("name", results.EVERY)
@pytest.mark.parametrize("result", [{"message": "done"}, {"count": "8", "version": "x", "diagnosis": {}, "contigs": None, "quality": 3}, ["a"], "done"])
def test_what_is_not_known_is_shown_as_it_is(show, name, result):
    place = show(name, result)
    expect(place.locator(".drawn")).to_have_count(0)
    expect(place).to_contain_text("one" if result != ["a"] else "a")


FUZZ = """async (fixtures) => {
  const { resultView } = await import('/view/results/result.js');
  const WRONG = [undefined, null, 'x', -1, 1e300, [], {}, [null], true];
  const problems = [];
  let tried = 0;
  const attempt = (task, result, what) => {
    tried += 1;
    try {
      const view = resultView(task, result, { copy() {} });
      for (const fold of view.querySelectorAll('details')) { fold.open = true; fold.dispatchEvent(new Event('toggle')); }
      const bad = /NaN|undefined|Infinity|\\[object/;
      const text = [...view.querySelectorAll(':not(.json)')].find((each) => each.children.length === 0 && bad.test(each.textContent));
      if (text) problems.push(`${what}: ${text.textContent.slice(0, 200)}`);
      for (const mark of view.querySelectorAll('svg, svg *')) {
        for (const { name, value } of mark.attributes) if (bad.test(value) || (/^(width|height|r)$/.test(name) && value.startsWith('-'))) problems.push(`${what}: ${mark.tagName} ${name}=${value.slice(0, 80)}`);
      }
    } catch (error) {
      problems.push(`${what}: ${error.stack}`);
    }
  };
  const places = (value, path) => (typeof value !== 'object' || value === null ? [path] : [path,
    ...Object.keys(value).filter((key) => !Array.isArray(value) || Number(key) < 2).flatMap((key) => places(value[key], [...path, key]))]);
  for (const [task, fixture] of Object.entries(fixtures)) {
    for (const path of places(fixture, []).slice(1)) {
      for (const wrong of WRONG) {
        const result = structuredClone(fixture);
        const owner = path.slice(0, -1).reduce((value, key) => value[key], result);
        if (wrong === undefined && !Array.isArray(owner)) delete owner[path.at(-1)];
        else owner[path.at(-1)] = wrong;
        attempt(task, result, `${task} ${path.join('.')} = ${JSON.stringify(wrong)}`);
      }
    }
  }
  return { problems: problems.slice(0, 30), tried };
}"""


def test_no_result_breaks_the_page(fake, open_page):
    """Each member of each result, missing and wrong."""
    fixtures = {**{name: copy.deepcopy(results.EVERY[name]) for name in results.EVERY if name != "pathoscope_snap"}}
    fixtures["create_sample"] = results.sample(cycles=4)
    fixtures["pathoscope_bowtie"]["diagnosis"] = [{**each, "depths": each["depths"][:6]} for each in results.pathoscope()["diagnosis"][:2]]
    fixtures["nuvs"] = results.nuvs([results.contig(0, 240), results.contig(1, 120, 1)])
    found = open_page(fake).evaluate(FUZZ, fixtures)
    assert not found["problems"], "\n".join(found["problems"])
    assert found["tried"] > 1_000


def hostile(value):
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, dict):
        return {key if key in results.INDEX or not key.startswith("v0") else HOSTILE + key: hostile(each) for key, each in value.items()}
    return [hostile(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", results.EVERY)
def test_text_never_becomes_markup(show, name):
    place = show(name, hostile(results.EVERY[name]), viewport={"width": 390, "height": 844})
    unfold(place)
    expect(place).to_contain_text("<img src=x")
    expect(place.locator("img, script")).to_have_count(0)
    assert place.page.evaluate("window.hurt") is None
    assert place.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    panel = place.page.locator("#detail")
    assert panel.evaluate("each => each.scrollWidth <= each.clientWidth"), "nothing sticks out"


def test_a_hostile_name_makes_a_plain_file(show):
    place = show("nuvs", {**results.nuvs(), "sample": {"name": "../../etc/<passwd>\n"}})
    with place.page.expect_download() as taken:
        place.get_by_role("button", name="Download all 2 as FASTA").click()
    assert taken.value.suggested_filename == "_.._etc_passwd_-contigs.fa"


def test_many_viruses(show):
    """Sixty are listed in part, and what is folded is not there at all."""
    place = show("pathoscope_bowtie", results.many_viruses(60))
    expect(place.locator(".virus")).to_have_count(20)
    expect(place.get_by_role("img")).to_have_count(6)
    place.get_by_role("button", name="Show all 60 viruses").click()
    expect(place.locator(".virus")).to_have_count(60)
    expect(place.locator(".virus").nth(20)).to_be_focused()
    assert place.locator("*").count() < 2_000


def test_twenty_thousand_findings(fake, show):
    """They lie in a file of the server, and come when the result is looked at; never are they all drawn at once."""
    whole = results.thousands()
    rest = {name: value for name, value in whole.items() if name not in ("diagnosis", "findings")}
    fake.kept = {"analysis": [{"kind": "analysis", "_id": "large", "name": "Large", "uses": [], "document": whole}]}
    omitted = {"kind": "analysis", "_id": "large", "file": "analyses/large/analysis.json", "members": {"diagnosis": 20_000, "findings": 20_000}}
    place = show("pathoscope_bowtie", {**rest, "omitted": omitted})
    expect(place.locator(".sentence")).to_contain_text("6,667 viruses were found, 6,667 are uncertain, 6,666 have weak support")
    expect(place.locator(".virus")).to_have_count(20)
    place.get_by_role("button", name="Show 500 more of 13,334 viruses").click()
    expect(place.locator(".virus")).to_have_count(520)
    expect(place.locator(".virus").nth(20)).to_be_focused()
    expect(place.get_by_role("button", name="Show 500 more of 13,334 viruses")).to_have_count(1)
    place.locator(".weak > summary").click()
    expect(place.locator(".weak .virus")).to_have_count(20)
    place.get_by_text("Show as JSON").click()
    with place.page.expect_download() as taken:
        place.get_by_role("button", name="of JSON").click()
    assert json.loads(taken.value.path().read_text()) == json.loads(json.dumps(whole))


def test_sequences_of_one_isolate_by_thousands(show):
    """A number of arguments that no call takes was the end of the view."""
    entry = results.many_viruses(1)["diagnosis"][0]
    entries = [{**entry, "id": f"S{n}", "depths": [1.5] * 100} for n in range(3_000)]
    place = show("pathoscope_bowtie", {**results.many_viruses(1), "diagnosis": entries})
    expect(place.locator(".coverage")).to_have_count(20)
    place.get_by_role("button", name="Show 500 more of 3,000 rows").click()
    expect(place.get_by_role("row")).to_have_count(551)
    place.get_by_role("button", name="Show 500 more of 3,000 plots").click()
    expect(place.locator(".coverage")).to_have_count(520)


def test_other_contigs_are_folded_away(show):
    other = {"length": 305, "verdict": "known", "nearest": results.nearest(0.921, 0.99), "reads": 20, "depth": 6.5, "sequence": "ACGTA" * 61}
    far = {"length": 1_210, "verdict": "unknown", "nearest": None, "reads": 31, "depth": 2.1, "sequence": "ACGTA" * 242}
    place = show("nuvs", {**results.nuvs(), "other_contigs": [far, other], "other_contig_count": 1_200})
    expect(place.get_by_role("group", name="Other contigs")).to_have_count(0)
    place.get_by_text("1,200 other contigs, 1 near to a known sequence").click()
    table = place.get_by_role("group", name="Other contigs")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table.get_by_role("row").nth(1)).to_contain_text("Known virus")
    expect(table.get_by_role("row").nth(1)).to_contain_text("other_1")
    expect(table.get_by_role("row").nth(2)).to_contain_text("nothing in the reference is like it")
    expect(place.get_by_text("The 2 longest are shown.")).to_be_visible()
    assert not violations(place.page)


def test_many_contigs(show):
    place = show("nuvs", results.many_contigs(200))
    expect(place.locator(".contig")).to_have_count(20)
    place.get_by_role("button", name="Show all 200 contigs").click()
    expect(place.locator(".contig")).to_have_count(200)
    expect(place.get_by_role("img")).to_have_count(200)
    expect(place.locator("pre")).to_have_count(0)
    assert place.locator("*").count() < 12_000
    last = place.locator(".contig").last
    last.get_by_text("Sequence", exact=True).click()
    expect(last.locator("pre")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", results.EVERY)
def test_axe_results(show, name, scheme):
    place = show(name, color_scheme=scheme)
    unfold(place)
    found = violations(place.page)
    assert not found, json.dumps(found, indent=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_verdicts(show, scheme):
    place = show("pathoscope_bowtie", results.judged(), color_scheme=scheme)
    unfold(place)
    found = violations(place.page)
    assert not found, json.dumps(found, indent=1)


@pytest.mark.parametrize("name", results.EVERY)
def test_axe_results_on_a_phone(show, name):
    place = show(name, color_scheme="dark", **PHONE)
    unfold(place)
    found = violations(place.page)
    assert not found, json.dumps(found, indent=1)
    assert place.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert place.page.locator("#detail").evaluate("each => each.scrollWidth <= each.clientWidth"), "nothing sticks out"


def test_results_by_keyboard(show):
    place = show("pathoscope_bowtie")
    head = place.locator(".virus > summary").nth(3)
    head.focus()
    place.page.keyboard.press("Enter")
    expect(place.locator(".virus").nth(3)).to_have_attribute("open", "")
    table = place.get_by_role("group", name="Sequences of isolate Bing")
    expect(table).to_be_visible()  # is drawn some time after the fold is open
    place.page.keyboard.press("Tab")
    expect(table).to_be_focused()
    place.page.keyboard.press("Tab")
    expect(table.get_by_role("link", name="NC_003689")).to_be_focused()
    place.page.keyboard.press("Tab")
    expect(place.get_by_text("Show as JSON")).to_be_focused()
    place.page.keyboard.press("Space")
    expect(place.locator(".json")).to_be_visible()


def test_a_result_appears_when_the_job_ends(fake, open_page):
    job = fake.add("nuvs", age=60, state="running", stage=6, fraction=0.9, pace=4)
    place = open_page(fake, f"?job={job}").get_by_role("region", name="Result", exact=True)
    expect(place.locator(".contig")).to_have_count(2)


def test_what_a_job_has_kept_can_be_downloaded(show):
    place = show("count", {"reached": 12}).page.get_by_role("region", name="Outputs", exact=True)
    links = place.get_by_role("link")
    expect(links).to_have_text(["out.sam", "qc/a b#\u00e4.html"])
    expect(place.get_by_role("listitem")).to_contain_text(["1.2 MB", "812 B"])
    job = place.page.url.split("job=")[1]
    assert [link.get_attribute("href") for link in links.all()] == [
        f"/jobs/{job}/outputs/out.sam", f"/jobs/{job}/outputs/qc/a%20b%23%C3%A4.html"]
    assert [link.get_attribute("download") for link in links.all()] == ["out.sam", "a b#\u00e4.html"]
