"""The form for a new job: what it offers to choose from and what it says before anything is sent."""

import pytest
from playwright.sync_api import expect

SAMPLES = [{"_id": "s_0220", "name": "Peach leaf 18"}, {"_id": "s_0219", "name": "Peach leaf 17"}, {"_id": "s_0007", "name": ""}]
KEPT = {
    "sample": SAMPLES, "host": [{"_id": "prunus_persica", "name": "Prunus persica"}],
    "reference": [{"_id": "fungi", "name": "Fungi"}, {"_id": "viruses", "name": "Plant viruses"}],
}


def form(page, task):
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Start a job")
    dialog.get_by_label("Task", exact=True).select_option(task)
    return dialog


def options(select):
    return select.locator("option").all_inner_texts()


def sent(fake):
    return [params for method, params in fake.calls if method == "jobs.new"][-1]


def submit(dialog):
    dialog.get_by_role("button", name="Start job", exact=True).click()


def test_kept_things_are_offered_by_name(fake, open_page):
    fake.kept = KEPT
    page = open_page(fake)
    dialog = form(page, "nuvs")
    sample, reference = dialog.get_by_label("Sample"), dialog.get_by_label("Reference")
    assert options(sample) == ["Choose…", "Peach leaf 17 (s_0219)", "Peach leaf 18 (s_0220)", "s_0007"]
    assert options(reference) == ["–", "Fungi (fungi)", "Plant viruses (viruses)"]
    expect(reference).to_have_value("viruses")
    submit(dialog)
    expect(dialog.get_by_text("Sample is required")).to_be_visible()
    expect(sample).to_be_focused()
    sample.select_option("s_0219")
    submit(dialog)
    expect(dialog).to_be_hidden()
    assert sent(fake)["args"] == {"sample_id": "s_0219", "reference": "viruses"}


def test_what_may_be_left_out_stays_out(fake, open_page):
    fake.kept = KEPT
    page = open_page(fake)
    dialog = form(page, "create_sample")
    host = dialog.get_by_label("Subtraction")
    assert options(host) == ["–", "Prunus persica (prunus_persica)"]
    dialog.get_by_label("Name").fill("Peach leaf 19")
    files = dialog.get_by_label("Files")
    expect(files).to_have_js_property("tagName", "TEXTAREA")
    expect(files).to_have_accessible_description("FASTQ files, one or a pair · paths below the data folder, one per line")
    files.fill("run7/s3_1.fastq.gz\n\n run7/s3_2.fastq.gz ")
    submit(dialog)
    expect(dialog).to_be_hidden()
    assert sent(fake)["args"] == {"name": "Peach leaf 19", "files": ["run7/s3_1.fastq.gz", "run7/s3_2.fastq.gz"], "remove_raw": False}


def test_an_older_server_takes_ids(fake, open_page):
    page = open_page(fake)
    dialog = form(page, "nuvs")
    expect(dialog.get_by_label("Reference")).to_have_value("viruses")
    dialog.get_by_label("Sample").fill("s_0219")
    submit(dialog)
    expect(dialog).to_be_hidden()
    assert sent(fake)["args"] == {"sample_id": "s_0219", "reference": "viruses"}
    expect(page.locator(".toast")).to_have_count(0)


def test_nothing_is_kept_yet(fake, open_page):
    fake.kept = {}
    page = open_page(fake)
    dialog = form(page, "nuvs")
    sample = dialog.get_by_label("Sample")
    assert options(sample) == ["Choose…"]
    expect(sample).to_have_accessible_description("Sample to look into · there is no sample yet")
    assert options(dialog.get_by_label("Reference")) == ["–", "viruses – not there"]


def test_again_with_what_is_gone(fake, open_page):
    """An earlier job's sample that was removed since is not silently another one."""
    fake.kept = KEPT
    job = fake.add("nuvs", age=60, state="complete", args={"sample_id": "s_0001", "reference": "fungi"})
    page = open_page(fake, f"?job={job}")
    page.get_by_role("button", name="Run again").click()
    dialog = page.get_by_role("dialog", name="Run again")
    expect(dialog.get_by_label("Sample")).to_have_value("s_0001")
    assert "s_0001 – not there" in options(dialog.get_by_label("Sample"))
    expect(dialog.get_by_label("Reference")).to_have_value("fungi")


def test_too_many_to_choose_from_are_suggested(fake, open_page):
    fake.kept = {**KEPT, "sample": [{"_id": f"s_{n:04}", "name": f"Leaf {n}"} for n in range(350)]}
    page = open_page(fake)
    dialog = form(page, "nuvs")
    sample = dialog.get_by_label("Sample")
    suggestions = dialog.locator("datalist option")
    expect(suggestions).to_have_count(350)
    assert sample.get_attribute("list") == dialog.locator("datalist").get_attribute("id")
    expect(suggestions.first).to_have_attribute("label", "Leaf 0 (s_0000)")
    assert [params for method, params in fake.calls if method == "data.list" and params["kind"] == "sample"][1:] == [
        {"kind": "sample", "after": str(n)} for n in (100, 200, 300)]
    sample.fill("s_0349")
    submit(dialog)
    expect(dialog).to_be_hidden()
    assert sent(fake)["args"]["sample_id"] == "s_0349"


@pytest.mark.parametrize("records", [None, "none", [None, 3, {}, {"_id": ""}, {"_id": "s_1", "name": {"x": 1}}]])
def test_strange_answers(fake, open_page, records):
    fake.kept = {"sample": records or []}
    page = open_page(fake)
    dialog = form(page, "nuvs")
    assert options(dialog.get_by_label("Sample")) == ["Choose…", *(["s_1"] if records and records != "none" else [])]


def test_names_stay_text(fake, open_page):
    fake.kept = {"sample": [{"_id": "s_1", "name": "<img src=x onerror=alert(1)>"}]}
    page = open_page(fake)
    dialog = form(page, "nuvs")
    assert options(dialog.get_by_label("Sample"))[1] == "<img src=x onerror=alert(1)> (s_1)"
    expect(dialog.locator("img")).to_have_count(0)


def test_a_missing_tool_says_its_package(fake, open_page):
    """Before one chooses the task, when one runs it again, and in the list of tasks."""
    job = fake.add("rebuild_index", age=60, state="complete")
    page = open_page(fake, f"?job={job}")
    says = "snap-aligner is not installed (Debian package snap-aligner)"
    page.keyboard.press("n")
    expect(page.locator("#start-task option[value=rebuild_index]")).to_have_text(f"Rebuild index – {says}")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run again").click()
    dialog = page.get_by_role("dialog", name="Run again")
    expect(dialog.locator(".notice")).to_have_text(f"Not available here: {says}")
    expect(dialog.get_by_role("button", name="Start job", exact=True)).to_be_disabled()
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    expect(page.get_by_role("dialog", name="Tasks and limits")).to_contain_text(says)
