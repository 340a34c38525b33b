"""Windows, keys and circumstances that are not the usual ones."""

import json
import re

import pytest
from playwright.sync_api import expect

import results
import sample_jobs
from rows import chip, expect_connection, in_sight, row, rows
from test_accessibility import PHONE, violations


def in_window(page):
    """How many rows are wholly within the window, without scrolling."""
    return page.evaluate("""() => {
        const list = document.getElementById('grid').getBoundingClientRect();
        return [...document.querySelectorAll('.rows .row:not([hidden])')].map((row) => row.getBoundingClientRect())
            .filter(({ top, bottom }) => top >= list.top && bottom <= Math.min(list.bottom, innerHeight)).length;
    }""")


def test_sorting_by_keyboard(fake, open_page):
    sample_jobs.fill(fake)
    page = open_page(fake)
    page.locator("#grid").focus()
    names = []
    while "Age" not in names:
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent || document.activeElement.ariaLabel"))
    assert names == ["Select all that match", "State", "Task", "Progress", "User", "Cores · GB", "Updated", "Age"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Age")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#announcement")).to_have_text("Sorted by Age, descending")
    before = in_sight(page)
    page.keyboard.press("Space")
    expect(page.get_by_role("columnheader", name="Age")).to_have_attribute("aria-sort", "descending")
    assert in_sight(page) != before
    expect(page.get_by_role("button", name="Age")).to_be_focused()


def test_the_focus_after_starting_a_job(fake, open_page):
    page = open_page(fake)
    page.get_by_role("button", name="Start a job").first.click()
    page.get_by_label("Task", exact=True).select_option("nuvs")
    page.get_by_label("Sample").fill("s1")
    page.keyboard.press("Enter")
    expect(page.locator("#detail").get_by_role("heading", name="Nuvs")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#grid")).to_be_focused()


def test_the_focus_after_a_button_that_goes(fake, open_page):
    jobs = sample_jobs.fill(fake)
    page = open_page(fake, "?state=error")
    clear = page.locator("#clear")
    clear.focus()
    page.keyboard.press("Enter")
    expect(clear).to_be_hidden()
    expect(page.locator("#grid")).to_be_focused()
    row(page, jobs["failed"]).locator(".c-select").click()
    button = page.get_by_role("button", name="Archive 1 ended")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#selection")).to_be_hidden()
    expect(page.locator("#grid")).to_be_focused()
    page.locator("#search").fill("no such job")
    page.locator("#empty-clear").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#grid")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name, options, least", [
    ("1280 by 720 at 400 %", {"viewport": {"width": 320, "height": 180}}, 1),
    ("1280 by 1024 at 400 %", {"viewport": {"width": 320, "height": 256}}, 1),
    ("a phone on its side", {**PHONE, "viewport": {"width": 844, "height": 390}}, 4),
    ("a small phone on its side", {**PHONE, "viewport": {"width": 568, "height": 320}}, 1),
    ("a small phone", {**PHONE, "viewport": {"width": 320, "height": 568}}, 3),
])
def test_a_low_window_shows_a_list(fake, open_page, name, options, least, scheme):
    jobs = sample_jobs.fill(fake)
    page = open_page(fake, color_scheme=scheme, **options)
    expect(rows(page).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert in_window(page) >= least
    page.locator("#grid").scroll_into_view_if_needed()
    page.locator(".split").evaluate("split => split.scrollIntoView()")
    assert in_window(page) >= min(2, least + 1)
    rows(page).nth(1).click()
    expect(page.locator("#detail .stages")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not violations(page)


def test_a_phone_filters_sorts_and_has_theme_and_help(fake, open_page):
    sample_jobs.fill(fake)
    page = open_page(fake, **PHONE)
    page.get_by_role("combobox", name="Task").select_option("nuvs")
    expect(rows(page)).to_have_count(3)
    page.get_by_role("combobox", name="User").select_option("jlee")
    expect(rows(page)).to_have_count(2)
    newest = in_sight(page)
    page.get_by_label("Sort by").select_option("Oldest first")
    expect(page).to_have_url(re.compile("sort=added"))
    assert in_sight(page) == sorted(newest, key=lambda _id: fake.jobs[_id].status[0]["date"])
    page.reload()
    expect(page.get_by_label("Sort by")).to_have_value("added")
    page.get_by_role("button", name="Theme").tap()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.locator("#help").tap()
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()


LONG = "a0123456789bcdef" * 4  # 64 letters, the longest id


@pytest.mark.parametrize("width", [320, 768, 1280, 2560])
def test_a_long_id(fake, open_page, width):
    fake.add("nuvs", _id=LONG, username="u" * 64, state="running", stage=1)
    page = open_page(fake, viewport={"width": width, "height": 800})
    row(page, LONG).locator(".c-select").click()
    row(page, LONG).click()
    expect(page.locator("#detail .stages")).to_be_visible()
    wide = page.evaluate("""() => [...document.querySelectorAll('#detail, #detail *')]
        .filter((each) => each.getClientRects().length && !each.closest('.log') && each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.className)""")
    assert not wide and page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#detail").evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    page.get_by_role("button", name="Cancel job").click()
    dialog = page.get_by_role("dialog")
    assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")


def test_fifty_stages(fake, open_page):
    fake.tasks["many"] = dict(next(iter(fake.tasks.values())), name="many", stages=[f"stage_number_{n}" for n in range(50)], args=[])
    job = fake.add("many", state="running", stage=30)
    page = open_page(fake, f"?job={job}")
    stages = page.locator("#detail .stages")
    expect(stages.locator("li")).to_have_count(51)
    assert stages.bounding_box()["height"] <= 440
    current = stages.locator("[aria-current=step]")
    expect(current).to_be_in_viewport()
    box, place = stages.bounding_box(), current.bounding_box()
    assert box["y"] <= place["y"] and place["y"] + place["height"] <= box["y"] + box["height"], "the stage under way is in sight"
    # The bar still shows how far it is: a gap that is wider than its part would leave nothing.
    narrow = row(page, job).locator(".bar")
    gap = narrow.evaluate("bar => parseFloat(getComputedStyle(bar).getPropertyValue('--segments'))")
    assert gap == 52
    shot = narrow.screenshot()
    empty = page.evaluate("""async (shot) => {
        const bitmap = await createImageBitmap(new Blob([Uint8Array.from(shot)], { type: 'image/png' }));
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        context.drawImage(bitmap, 0, 0);
        const { data } = context.getImageData(0, Math.floor(bitmap.height / 2), bitmap.width, 1);
        const colours = new Set();
        for (let at = 0; at < data.length; at += 4) colours.add(`${data[at]} ${data[at + 1]} ${data[at + 2]}`);
        return colours.size === 1;
    }""", list(shot))
    assert not empty


def test_a_browser_that_forbids_to_remember(fake, open_page, browser):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });")
    job = fake.add("nuvs", state="running", log="a\n")
    page = open_page(fake, f"?job={job}", context=context)
    expect(page.locator("#detail .log")).to_be_visible()
    page.keyboard.press("t")
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("?")
    page.get_by_label("Single keys are shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_timeout(200)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("separator").focus()
    page.keyboard.press("ArrowLeft")
    assert round(page.locator("#detail").bounding_box()["width"]) == 464


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_login_link_that_was_used(guarded, open_page, browser, scheme):
    context = browser.new_context()
    page = open_page(guarded, state=None, context=context)
    page.goto(guarded.link)
    expect_connection(page, "live")
    context.close()
    context = browser.new_context(color_scheme=scheme)
    other = open_page(guarded, state=None, context=context)
    assert other.goto(guarded.link).status == 403
    expect(other.get_by_role("alert").filter(has_text="This link was used already or is wrong.")).to_be_visible()
    expect(other).to_have_url(f"{guarded.url}/")
    expect(other.get_by_label("Token")).to_be_focused()
    assert not violations(other)
    incomplete = context.request.get(f"{guarded.url}/login", headers={"Accept": "text/html"})
    assert (incomplete.status, "<!doctype html>" in incomplete.text()) == (400, True)
    plain = context.request.get(guarded.link, headers={"Accept": "*/*"})
    assert plain.status == 403 and plain.text().startswith("This link was used already")


def test_two_thousand_viruses_as_json(fake, open_page, record_property):
    """Only what is in sight is laid out; and all of it is there."""
    result = results.many_viruses(2000)
    job = fake.add("pathoscope_bowtie", state="complete", result=result)
    page = open_page(fake, f"?job={job}")
    fold = page.get_by_text("Show as JSON")
    fold.scroll_into_view_if_needed()
    seconds = page.evaluate("""() => new Promise((resolve) => {
        const begun = performance.now();
        [...document.querySelectorAll('summary')].find(({ textContent }) => textContent === 'Show as JSON').click();
        requestAnimationFrame(() => requestAnimationFrame(() => resolve((performance.now() - begun) / 1000)));
    })""")
    record_property("seconds to show 2,000 viruses as JSON", round(seconds, 2))
    text = page.locator("#detail .json")
    expect(text).to_be_visible()
    assert json.loads(text.text_content()) == result
    text.scroll_into_view_if_needed()
    laid_out = text.evaluate("text => [...text.children].filter((each) => each.checkVisibility()).length")
    skipped = text.evaluate("text => [...text.children].filter((each) => getComputedStyle(each).contentVisibility === 'auto').length")
    assert laid_out == skipped > 1000


def test_print_gives_a_report_of_a_job(fake, open_page):
    jobs = sample_jobs.fill(fake)
    page = open_page(fake, f"?job={jobs['failed']}", color_scheme="dark")
    expect(page.locator("#detail .log-row").first).to_be_visible()
    page.emulate_media(media="print")
    for hidden in (".top", ".cards", ".filters", ".frame", ".panel-actions", ".log-tools"):
        expect(page.locator(f"{hidden} >> nth=0")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("main")).to_contain_text("Printed")
    expect(page.locator("#detail")).to_contain_text("does not seem to be a FASTA file")
    expect(page.locator(".log-printed")).to_be_visible()
    expect(page.locator(".log-printed")).to_contain_text("bowtie_build: Getting block 2 of 7")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("#detail").evaluate("panel => panel.scrollHeight <= panel.clientHeight + 1"), "nothing is cut off"
    page.emulate_media(media="screen")
    assert len(page.pdf()) > 10_000


def test_print_gives_a_report_of_the_list(fake, open_page):
    fake.run(lambda: [fake._add("nuvs", f"job{n:03}", {}, "ann", n, "waiting", 0, 0, 1, 1, 0, None, "", None, False) for n in range(300)])
    fake.add("add_host", state="complete", took=10, age=20)
    page = open_page(fake, "?state=waiting")
    expect(rows(page).first).to_be_visible()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    report = page.locator("#report")
    expect(report).to_contain_text("300 of 301 jobs: Waiting")
    expect(report.locator("tbody tr")).to_have_count(300)
    expect(report.locator("tbody tr").last).to_contain_text("job299")
    expect(page.locator(".frame")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(report.locator("tr")).to_have_count(0)
