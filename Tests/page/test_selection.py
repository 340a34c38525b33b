"""What is done to many jobs: to which, what became of each, and what is seen meanwhile."""

import re

from playwright.sync_api import expect

import sample_jobs
from rows import chip, expect_connection, expect_state, in_sight, row, rows
from test_accessibility import PHONE


def tick(page, *jobs):
    for job in jobs:
        row(page, job).locator(".c-select").click()


def cancelled(fake):
    return [_id for method, params in fake.calls if method == "jobs.cancel" for _id in params["_id"]]


def confirm(page, name):
    page.get_by_role("dialog").get_by_role("button", name=name).click()


def test_a_filter_takes_what_it_hides_out_of_the_selection(fake, open_page):
    waiting = [fake.add("nuvs") for _ in range(2)]
    running = fake.add("nuvs", state="running")
    page = open_page(fake)
    tick(page, running, *waiting)
    expect(page.locator("#selected")).to_have_text("3 selected")
    chip(page, "Waiting").click()
    expect(page.locator("#selected")).to_have_text("2 selected")
    expect(page.locator(".toast")).to_contain_text("1 selected job is not shown any more and not selected either.")
    page.locator("#search").fill(waiting[0])
    expect(page.locator("#selected")).to_have_text("1 selected")
    page.get_by_role("button", name="Cancel 1 active").click()
    confirm(page, "Cancel job")
    page.get_by_role("button", name="Clear filters").first.click()
    expect_state(page, waiting[0], "Cancelled")
    expect_state(page, waiting[1], "Waiting")
    expect_state(page, running, "Running")
    expect(page.locator("#selection")).to_be_hidden()
    assert cancelled(fake) == [waiting[0]]


def test_going_back_is_a_change_of_the_filter_too(fake, open_page):
    jobs = [fake.add("nuvs") for _ in range(2)]
    page = open_page(fake, f"?q={jobs[0]}")
    page.evaluate("history.pushState(null, '', '/')")
    page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
    tick(page, *jobs)
    page.go_back()
    expect(rows(page)).to_have_count(1)
    expect(page.locator("#selected")).to_have_text("1 selected")


def test_a_job_that_leaves_the_list_leaves_the_selection(fake, open_page):
    jobs = [fake.add("nuvs", state="running") for _ in range(3)]
    page = open_page(fake, "?state=running")
    tick(page, *jobs)
    page.locator("#search").focus()
    page.mouse.move(0, 0)
    fake.change(jobs[0], "complete")
    expect(rows(page)).to_have_count(2)
    expect(page.locator("#selected")).to_have_text("2 selected")
    fake.remove(jobs[1])
    expect(page.locator("#selected")).to_have_text("1 selected")


def test_a_range_is_of_jobs_though_rows_move(fake, open_page):
    """From the job that was ticked last, wherever it stands now."""
    jobs = [fake.add("nuvs", age=100 - n, state="complete") for n in range(4)]  # newest first
    page = open_page(fake)
    assert in_sight(page) == jobs[::-1]
    tick(page, jobs[3])
    page.mouse.move(0, 0)
    new = fake.add("nuvs", age=0, state="complete")
    expect(rows(page)).to_have_count(5)
    row(page, jobs[2]).locator(".c-select").click(modifiers=["Shift"])
    expect(page.locator("#selected")).to_have_text("2 selected")
    expect(row(page, new)).to_have_attribute("aria-selected", "false")


def test_the_keyboard_stays_at_its_job(fake, open_page):
    jobs = [fake.add("nuvs", age=100 - n, state="complete") for n in range(3)]
    page = open_page(fake)
    page.keyboard.press("j")
    page.keyboard.press("j")
    current = in_sight(page)[1]
    expect(row(page, current)).to_have_class(re.compile("active"))
    fake.add("nuvs", age=0, state="complete")
    expect(rows(page)).to_have_count(4)
    page.keyboard.press("x")
    expect(row(page, current)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#selected")).to_have_text("1 selected")


def test_all_that_match_by_mouse(fake, open_page):
    fake.run(lambda: [fake._add("nuvs", f"job{n}", {}, "ann", n, "waiting", 0, 0, 1, 1, 0, None, "", None, False) for n in range(200)])
    fake.add("add_host", state="complete")
    page = open_page(fake, "?state=waiting")
    box = page.get_by_role("checkbox", name="Select all that match")
    box.click()
    expect(page.locator("#selected")).to_have_text("200 selected")
    expect(box).to_be_checked()
    rows(page).first.locator(".c-select").click()
    expect(page.locator("#selected")).to_have_text("199 selected")
    assert box.evaluate("box => box.indeterminate")
    page.get_by_role("button", name="Select all 200").click()
    expect(box).to_be_checked()
    box.click()
    expect(page.locator("#selection")).to_be_hidden()


def test_all_that_match_by_touch(fake, open_page):
    sample_jobs.fill(fake)
    page = open_page(fake, "?state=waiting", **PHONE)
    rows(page).first.locator(".c-select").tap()
    page.get_by_role("button", name="Select all 5").tap()
    expect(page.locator("#selected")).to_have_text("5 selected")
    page.get_by_role("button", name="Cancel 5 active").tap()
    confirm(page, "Cancel 5 jobs")
    expect(chip(page, "Cancelled")).to_contain_text("6")


def test_what_became_of_each_can_be_read(fake, open_page):
    jobs = [fake.add("nuvs", proc=1, mem=1) for _ in range(3)]
    page = open_page(fake)
    tick(page, *jobs)
    page.get_by_role("button", name="Cancel 3 active").click()
    fake.change(jobs[0], "complete")
    fake.remove(jobs[1])
    confirm(page, "Cancel 3 jobs")
    expect(page.locator(".toast > span")).to_have_text("1 cancelled, 1 had already ended and 1 job no longer there")
    page.locator(".toast").get_by_role("button", name="Details").click()
    table = page.get_by_role("dialog", name="What became of each")
    for job, outcome in zip(jobs, ["Had already ended", "No longer there", "Cancelled"]):
        expect(table.get_by_role("row").filter(has_text=job)).to_contain_text(outcome)


def test_what_was_done_before_the_connection_went_is_not_forgotten(fake, open_page):
    """A thousand go in one call: the second call fails, the first did not."""
    fake.run(lambda: [fake._add("nuvs", f"job{n:04}", {}, "ann", n, "waiting", 0, 0, 1, 1, 0, None, "", None, False) for n in range(1500)])
    page = open_page(fake)
    fake.unanswered["jobs.cancel"] = 1
    page.locator("#grid").focus()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Cancel 1,500 active").click()
    confirm(page, "Cancel 1,500 jobs")
    button = page.locator("#selection .danger")
    expect(button).to_have_text("Cancelling 1,000 of 1,500…")
    expect(button).to_have_attribute("aria-busy", "true")
    fake.close(4001)
    expect(page.locator(".toast.problem > span")).to_have_text(
        "1,000 cancelled and 500 failed: The connection was lost; the call may or may not have been carried out.")
    expect_connection(page, "live")
    expect(page.locator("#selected")).to_have_text("500 selected")
    page.locator(".toast.problem").get_by_role("button", name="Details").click()
    expect(page.get_by_role("dialog").get_by_role("row").nth(1)).to_contain_text("Failed: The connection was lost")


def test_cancelling_is_said_at_once(fake, open_page):
    """Before the server has said anything."""
    job = fake.add("nuvs", state="running", stage=3)
    page = open_page(fake, f"?job={job}")
    fake.mute.add("jobs.cancel")
    cancel = page.locator("#detail .danger-quiet").first
    cancel.click()
    confirm(page, "Cancel job")
    expect_state(page, job, "Cancelling…")
    expect(page.locator("#detail .panel-state .state")).to_have_text("Cancelling…")
    expect(cancel).to_have_text("Cancelling…")
    expect(cancel).to_have_attribute("aria-busy", "true")
    cancel.dispatch_event("click")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # Nobody knows what became of it; so the page shows what the server says when it is back.
    fake.close(4001)
    expect(page.locator(".toast.problem")).to_contain_text("may or may not have been carried out")
    expect_connection(page, "live")
    expect_state(page, job, "Running")
    expect(cancel).to_have_text("Cancel job")
    fake.mute.clear()
    cancel.click()
    confirm(page, "Cancel job")
    expect_state(page, job, "Cancelled")


def test_buttons_show_that_they_work(fake, open_page):
    fake.token = "t0ken"
    page = open_page(fake, state=None)
    page.route("**/login", lambda route: None)  # never answered
    page.get_by_label("Token").fill("t0ken")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Logging in…")).to_have_attribute("aria-busy", "true")
    fake.token = None
    page.reload()
    expect_connection(page, "live")
    fake.mute |= {"jobs.new", "tasks.reload"}
    page.keyboard.press("l")
    page.get_by_role("button", name="Reload task files").click()
    expect(page.get_by_role("button", name="Reading…")).to_have_attribute("aria-busy", "true")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.get_by_label("Task", exact=True).select_option("nuvs")
    page.get_by_label("Sample").fill("s1")
    page.get_by_role("button", name="Start job", exact=True).click()
    expect(page.get_by_role("button", name="Starting…")).to_have_attribute("aria-busy", "true")
    page.get_by_role("button", name="Starting…").dispatch_event("click")
    assert [method for method, _ in fake.calls].count("jobs.new") == 1


def test_a_server_that_is_silent_for_a_while(fake, open_page):
    """It is said, and no longer than it is true; nothing is lost by it, not even a question that was under way."""
    job = fake.add("nuvs", state="running", stage=3)
    page = open_page(fake, f"?job={job}")
    fake.run(lambda: [connection.reader._transport.pause_reading() for connection in fake.connections])
    page.locator("#detail .danger-quiet").first.click()
    confirm(page, "Cancel job")
    expect(page.locator("#banner").get_by_role("alert")).to_contain_text("The server does not answer.")
    fake.run(lambda: [connection.reader._transport.resume_reading() for connection in fake.connections])
    expect(page.locator("#banner")).to_be_hidden()
    expect_state(page, job, "Cancelled")
    assert len(fake.subscriptions) == 1, "the connection is the same"


def test_a_method_that_takes_its_time_is_no_silence(fake, open_page):
    page = open_page(fake)
    page.evaluate("new MutationObserver(() => { window.raised = true; }).observe(document.getElementById('banner'), { attributes: true })")
    fake.mute.add("tasks.reload")
    page.keyboard.press("l")
    page.get_by_role("button", name="Reload task files").click()
    calls = len(fake.calls)
    while len(fake.calls) < calls + 5:  # other answers come
        page.wait_for_timeout(200)
    assert not page.evaluate("window.raised")


def test_an_alert_speaks_once(fake, open_page):
    """Seconds are counted beside it, not in it."""
    page = open_page(fake)
    page.evaluate("""() => {
        window.spoken = new Set();
        const look = () => { for (const each of document.querySelectorAll('[role=alert], [aria-live=assertive]')) if (each.textContent) spoken.add(each.textContent); };
        new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
    }""")
    fake.stop()
    expect(page.locator("#banner")).to_be_visible()
    seen = set()
    while len(seen) < 3:
        seen.add(page.locator("#banner-more").inner_text())
        page.wait_for_timeout(100)
    assert page.evaluate("[...spoken]") == ["Connection lost. The list shows the last known state."]
