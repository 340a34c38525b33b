"""What people do with the page, on the real server with real jobs."""

import itertools
import os
import re
import resource
import time

from playwright.sync_api import expect

from rows import chip, expect_connection, expect_state, ids, in_sight, row, rows

LONG = 120_000  # milliseconds; a bound for what waits, never a measure


def start(page, task, **fields):
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Start a job")
    dialog.get_by_label("Task", exact=True).select_option(task)
    for fold in dialog.locator("summary").all():
        fold.click()
    for label, value in fields.items():
        dialog.get_by_label(label.replace("_", " "), exact=True).fill(value)
    dialog.get_by_role("button", name="Start job", exact=True).click()
    return dialog


def until(server, _id, *states):
    """Waits on the wire, not on the page."""
    deadline = time.monotonic() + LONG / 1000
    while (job := server.jobs()[_id])["state"] not in states:
        assert time.monotonic() < deadline, job
        time.sleep(0.1)
    return job


def test_the_first_job(server, open_page):
    """From an empty page to a result, without a reload."""
    page = open_page(server)
    expect(page.get_by_role("heading", name="No jobs yet")).to_be_visible()
    page.locator("#empty").get_by_role("button", name="Start a job").click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    start(page, "measure", Name="Grape", Labels="one\ntwo")
    detail = page.locator("#detail")
    expect(detail.get_by_role("heading", name="Measure")).to_be_visible()
    expect(detail.locator(".panel-state .state")).to_have_text("Complete", timeout=LONG)
    expect(detail).to_contain_text("TMV")
    expect(detail.get_by_role("cell", name="1,204")).to_be_visible()
    expect(detail.locator(".stages li.done")).to_have_count(2)
    expect(detail).to_contain_text("one, two")
    expect(chip(page, "Complete")).to_contain_text("1")
    assert len(ids(page)) == 1


def test_the_key_right_after_a_dialog_was_closed(server, open_page):
    """Brings the next one, though the browser has not yet told the page that the first is closed."""
    page = open_page(server)
    page.locator("#empty").get_by_role("button", name="Start a job").click()
    dialog = page.get_by_role("dialog", name="Start a job")
    expect(dialog).to_be_visible()
    page.evaluate("""() => {
        [...document.querySelectorAll('dialog button')].find(({ textContent }) => textContent === 'Close').click();
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true }));
    }""")
    expect(dialog.get_by_label("Task", exact=True)).to_be_focused()


def test_the_log_grows_while_one_looks(server, open_page):
    job = server.new("count", to=600, pause=0.1)
    page = open_page(server, f"?job={job}")
    log = page.locator("#detail .log")
    expect(log).to_contain_text("number 40 of 600")
    follow = page.get_by_label("Follow")
    expect(follow).to_be_checked()
    log.evaluate("log => { log.scrollTop = 0; }")
    expect(follow).not_to_be_checked()
    height = log.evaluate("log => log.scrollHeight")
    while log.evaluate("log => log.scrollHeight") < height + 180:  # ten lines more
        page.wait_for_timeout(100)
    assert log.evaluate("log => log.scrollTop") == 0, "what is being read stays where it is"
    expect(log).to_contain_text("number 1 of 600")
    follow.check()
    expect(log).not_to_contain_text("number 1 of 600")
    numbers = [int(each) for each in re.findall(r"number (\d+) of", log.inner_text())]
    assert len(numbers) > 10 and numbers == list(range(numbers[0], numbers[0] + len(numbers))), "no gap, no repeat"


def test_stages_and_progress_move(server, open_page):
    page = open_page(server)
    job = server.new("three_steps", pause=1)
    row(page, job).click()
    current = page.locator("#detail .stages [aria-current=step]")
    for step in ("Prepare", "Work", "Finish"):
        expect(current).to_contain_text(step, timeout=LONG)
        expect(row(page, job).locator(".note")).to_have_text(step)
    expect_state(page, job, "Complete", timeout=LONG)
    expect(current).to_have_count(0)


def test_a_failed_job_says_why(server, open_page):
    job = server.new("fail")
    page = open_page(server, f"?job={job}")
    box = page.locator("#detail .error-box")
    expect(box).to_be_visible(timeout=LONG)
    expect(box).to_contain_text("no such reference: peach")
    expect_state(page, job, "Failed")
    expect(row(page, job).locator(".note")).not_to_have_text("")
    page.get_by_role("button", name="Run again").click()
    page.get_by_role("dialog").get_by_role("button", name="Start job", exact=True).click()
    expect(rows(page)).to_have_count(2)


def few(server) -> int:
    """A limit of descriptors that leaves two: too few to start a job, enough to live."""
    used = {int(name) for name in os.listdir(f"/proc/{server.process.pid}/fd")}
    free = (number for number in itertools.count() if number not in used)
    return max(itertools.islice(free, 2)) + 1


def test_what_the_server_lacks_is_said_for_as_long_as_it_does(server, open_page):
    page = open_page(server)
    banner = page.locator("#troubles")
    expect(banner).to_be_hidden()
    usual = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (few(server), usual[1]))
    start(page, "measure", Name="Grape")
    expect(banner).to_contain_text("Jobs wait, because the server cannot start any: ")
    expect(banner).to_contain_text("Too many open files")
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, usual)
    expect(banner).to_be_hidden(timeout=LONG)
    expect(page.locator("#detail .panel-state .state")).to_have_text("Complete", timeout=LONG)


def test_wrong_arguments_are_said_at_their_field(server, open_page):
    page = open_page(server)
    dialog = start(page, "measure", Depth="99")
    expect(dialog.get_by_text("Name is required")).to_be_visible()
    expect(dialog.get_by_text("Depth must be at most 10")).to_be_visible()
    expect(dialog.get_by_label("Name")).to_be_focused()
    dialog.get_by_label("Name").fill("x")
    dialog.get_by_label("Depth").fill("2")
    dialog.get_by_label("File").fill("../../etc/passwd")
    dialog.get_by_role("button", name="Start job", exact=True).click()
    expect(dialog.get_by_label("File")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_text("File must not")).to_be_visible()
    dialog.get_by_label("File").fill("")
    dialog.get_by_label("Cores").fill("64")
    dialog.get_by_role("button", name="Start job", exact=True).click()
    expect(dialog.get_by_label("Cores")).to_have_attribute("aria-invalid", "true")
    assert server.jobs() == {}


def test_a_task_without_its_tool_can_not_be_chosen(server, open_page):
    page = open_page(server)
    page.keyboard.press("n")
    option = page.locator("#start-task option[value=missing_tool]")
    expect(option).to_be_disabled()
    expect(option).to_contain_text("no-such-tool-on-any-machine")


def test_cancel_archive_remove(server, open_page):
    job = server.new("count", to=1000, pause=1)
    page = open_page(server, f"?job={job}")
    expect_state(page, job, "Running", timeout=LONG)
    page.get_by_role("button", name="Cancel job").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    expect_state(page, job, "Running")
    page.get_by_role("button", name="Cancel job").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel job").click()
    expect_state(page, job, "Cancelled", timeout=LONG)
    page.get_by_role("button", name="Archive").click()
    expect(rows(page)).to_have_count(0)
    page.goto(f"{server.url}/?job={job}")
    expect(page.locator("#detail")).to_contain_text("archived")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove job").click()
    expect(page.locator(".toast")).to_have_text("1 removed")
    assert job not in server.jobs()


def test_a_waiting_job_says_why(server, open_page):
    first = server.new("count", proc=4, mem=1, to=1000, pause=1)
    until(server, first, "running")
    second = server.new("count", proc=2, mem=1, to=1, pause=0)
    page = open_page(server, f"?job={second}")
    notice = page.locator("#detail .notice")
    expect(notice).to_contain_text("Number 1 in the queue")
    expect(notice).to_contain_text("core")
    expect(page.locator("#proc-text")).to_have_text("4 / 4")
    expect(page.locator("#queue")).to_have_text("1 waiting")
    expect(page.locator("#queue-reason")).to_contain_text("Count")
    server.call("jobs.cancel", _id=first)
    expect_state(page, second, "Complete", timeout=LONG)
    expect(notice).to_be_hidden()
    expect(page.locator("#proc-text")).to_have_text("0 / 4")


def test_many_at_once(server, open_page):
    jobs = [server.new("count", proc=1, mem=1, to=1000, pause=1) for _ in range(6)]
    page = open_page(server)
    expect(rows(page)).to_have_count(6)
    page.locator("#grid").focus()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Cancel 6 active").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel 6 jobs").click()
    expect(chip(page, "Cancelled")).to_contain_text("6", timeout=LONG)
    expect(page.locator("#selection")).to_be_hidden()
    rows(page).nth(0).locator(".c-select").click()
    rows(page).nth(5).locator(".c-select").click(modifiers=["Shift"])
    page.get_by_role("button", name="Archive 6 ended").click()
    expect(page.get_by_role("heading", name="No jobs yet")).to_be_visible()
    assert set(jobs) <= set(server.jobs()), "archived, not lost"


def test_filters_search_and_the_address(server, open_page):
    done = server.new("count", to=1, pause=0)
    failed = server.new("fail")
    for job in (done, failed):
        until(server, job, "complete", "error")
    running = server.new("count", to=1000, pause=1)
    page = open_page(server)
    expect(rows(page)).to_have_count(3)
    chip(page, "Failed").click()
    expect(rows(page)).to_have_count(1)
    chip(page, "Running").click()
    expect(rows(page)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"state=running,error"))
    expect(page.locator("#found")).to_have_text("2 of 3 jobs")
    page.locator("#filter-task").select_option("count")
    expect(rows(page)).to_have_count(1)
    expect(row(page, running)).to_be_visible()
    page.reload()
    expect(row(page, running)).to_be_visible()
    expect(rows(page)).to_have_count(1)
    expect(chip(page, "Failed")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Clear filters").first.click()
    expect(rows(page)).to_have_count(3)
    page.locator("#search").fill(failed)
    expect(rows(page)).to_have_count(1)
    page.locator("#search").fill("nothing like it")
    expect(page.get_by_role("heading", name="No jobs match these filters")).to_be_visible()
    page.locator("#empty").get_by_role("button", name="Clear filters").click()
    expect(rows(page)).to_have_count(3)


def test_sorting(server, open_page):
    jobs = [server.new("count", to=1, pause=0) for _ in range(3)]
    for job in jobs:
        until(server, job, "complete")
    page = open_page(server)
    age = page.get_by_role("columnheader", name="Age")
    age.get_by_role("button").click()
    expect(age).to_have_attribute("aria-sort", "ascending")
    expect(rows(page).first.locator(".id")).to_have_text(jobs[2])
    assert in_sight(page) == jobs[::-1]
    age.get_by_role("button").click()
    expect(age).to_have_attribute("aria-sort", "descending")
    expect(rows(page).first.locator(".id")).to_have_text(jobs[0])
    assert in_sight(page) == jobs
    expect(page).to_have_url(re.compile("sort=added"))


def test_back_closes_the_job(server, open_page):
    job = server.new("count", to=1, pause=0)
    page = open_page(server)
    row(page, job).click()
    expect(page.locator("#detail")).to_be_visible()
    page.go_back()
    expect(page.locator("#detail")).to_be_hidden()
    expect(page).to_have_url(f"{server.url}/")
    page.go_forward()
    expect(page).to_have_url(f"{server.url}/?job={job}")
    expect(page.locator("#detail").get_by_role("heading", name="Count")).to_be_visible()


def test_a_link_to_no_job_says_so(server, open_page):
    page = open_page(server, "?job=nosuchjob")
    expect(page.get_by_role("heading", name="No such job")).to_be_visible()
    page.get_by_role("button", name="Close details").click()
    expect(page.locator("#detail")).to_be_hidden()


def test_limits_of_tasks_and_machine(server, open_page):
    page = open_page(server)
    page.keyboard.press("l")
    dialog = page.get_by_role("dialog", name="Tasks and limits")
    limit = dialog.get_by_label("Limit of Count")
    limit.fill("0")
    limit.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("at most 0 at once")
    job = server.new("count", to=1000, pause=1)
    line = dialog.get_by_role("row").filter(has_text="Count aloud")
    expect(line.get_by_role("cell").nth(2)).to_have_text("1")
    expect(line.get_by_role("cell").nth(1)).to_have_text("0")
    limit.fill("")
    limit.press("Enter")
    expect(line.get_by_role("cell").nth(1)).to_have_text("1", timeout=LONG)
    limit.fill("many")
    limit.press("Enter")
    expect(page.locator(".toast.problem")).to_contain_text("“many”")
    dialog.get_by_label("Cores for all jobs").fill("2")
    dialog.get_by_label("Cores for all jobs").press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#proc-text")).to_have_text("1 / 2")
    assert server.call("resources.get")["limit"]["proc"] == 2
    server.call("jobs.cancel", _id=job)


def test_task_files_are_read_again(server, open_page):
    page = open_page(server)
    text = (server.tasks / "fail.yaml").read_text()
    (server.tasks / "late.yaml").write_text(text.replace("name: fail", "name: late"))
    (server.tasks / "broken.yaml").write_text("name: Broken Name\n")
    page.keyboard.press("l")
    page.get_by_role("button", name="Reload task files").click()
    expect(page.get_by_label("Limit of Late")).to_be_visible()
    expect(page.locator(".problems")).to_contain_text("broken.yaml")


def test_two_readers_see_the_same(server, open_page):
    job = server.new("count", to=1000, pause=1)
    one, two = open_page(server), open_page(server)
    expect_state(two, job, "Running", timeout=LONG)
    row(one, job).click()
    one.get_by_role("button", name="Cancel job").click()
    one.get_by_role("dialog").get_by_role("button", name="Cancel job").click()
    expect_state(two, job, "Cancelled", timeout=LONG)
    expect_state(one, job, "Cancelled")


def test_the_server_is_killed_and_started_again(server, open_page):
    done = server.new("count", to=1, pause=0)
    until(server, done, "complete")
    job = server.new("count", to=3000, pause=0.1)
    page = open_page(server, f"?job={job}")
    log = page.locator("#detail .log")
    expect(log).to_contain_text(re.compile(r"number \d+ of 3000"))
    server.kill()
    expect_connection(page, "reconnecting")
    expect(page.locator("#banner")).to_contain_text("Connection lost.")
    assert set(ids(page)) == {done, job}, "what was known stays"
    server.start()
    expect_connection(page, "live", timeout=LONG)
    expect(page.locator("#banner")).to_be_hidden()
    expect_state(page, job, "Running")
    seen = int(re.findall(r"number (\d+) of", log.inner_text())[-1])
    expect(log).to_contain_text(f"number {seen + 10} of 3000", timeout=LONG)
    numbers = [int(each) for each in re.findall(r"number (\d+) of", log.inner_text())]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "the log goes on without a gap"
    new = server.new("count", to=1, pause=0)
    expect_state(page, new, "Complete", timeout=LONG)


def test_the_printed_link_logs_in_once(guarded, open_page, browser):
    context = browser.new_context()
    page = open_page(guarded, state=None, context=context)
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_label("Token").fill("not the token")
    page.get_by_label("Token").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("The server does not know this token.")
    page.goto(guarded.link)
    expect_connection(page, "live")
    expect(page).to_have_url(f"{guarded.url}/")
    page.locator("#user").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    other = browser.new_context().new_page()
    assert other.goto(guarded.link).status == 403, "used once"
    other.context.close()


def test_the_page_comes_with_its_guards(server, browser):
    context = browser.new_context()
    answer = context.request.get(f"{server.url}/")
    policy = answer.headers["content-security-policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"):
        assert rule in policy, policy
    assert "unsafe" not in policy
    module = context.request.get(f"{server.url}/client/jobsync.js")
    assert module.headers["content-type"].startswith("text/javascript") and "class Jobsync" in module.text()
    assert context.request.get(f"{server.url}/favicon.svg").headers["content-type"].startswith("image/svg+xml")
    for path in ("/nothing", "/../Package.swift", "/%2e%2e/Package.swift"):
        assert context.request.get(f"{server.url}{path}").status in (400, 403, 404)
    context.close()


def test_the_client_library_by_itself(server, browser):
    """Somebody else's page with nothing but `/client/jobsync.js`."""
    page = browser.new_page()
    page.goto(f"{server.url}/healthz")
    ended = page.evaluate("""async () => {
        const { Jobsync, JobsyncError } = await import('/client/jobsync.js');
        const client = await new Jobsync(location.origin).connect();
        const { _id } = await client.call('jobs.new', { task: 'count', args: { to: 3, pause: 0 } });
        let log = '';
        for await (const { text } of client.tail(_id)) log += text;
        const job = await client.wait(_id);
        const error = await client.call('jobs.new', { task: 'nothing' }).catch((each) => each);
        client.close();
        return { job, log, isKnown: client.jobs.has(_id), error: [error instanceof JobsyncError, error.code] };
    }""")
    assert ended["job"]["state"] == "complete" and ended["isKnown"]
    assert "number 3 of 3" in ended["log"]
    assert ended["error"] == [True, "not_found"]
    page.close()
