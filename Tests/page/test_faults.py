"""What the page does when things go wrong. Only a server that misbehaves on demand can show these."""

import re
import time

from playwright.sync_api import expect

import sample_jobs
from rows import chip, expect_connection, expect_state, ids, row, rows


def test_a_lost_connection_is_visible_and_heals(fake, open_page):
    ids_by_role = sample_jobs.fill(fake)
    page = open_page(fake)
    before = ids(page)[:10]
    fake.stop()
    expect_connection(page, "reconnecting")
    banner = page.get_by_role("alert").filter(has_text="Connection lost")
    expect(banner).to_contain_text("The list shows the last known state.")
    assert ids(page)[:10] == before, "the last known data stays"
    expect(page.get_by_role("button", name="Start a job")).to_be_disabled()
    fake.start()
    fake.change(ids_by_role["waiting"], "cancelled")
    # Not `click`: that waits for a button that stands still, and the page may have healed meanwhile.
    page.get_by_role("button", name="Retry now", include_hidden=True).dispatch_event("click")
    expect_connection(page, "live")
    expect(page.locator("#banner")).to_be_hidden()
    expect_state(page, ids_by_role["waiting"], "Cancelled")
    expect(page.get_by_role("button", name="Start a job")).to_be_enabled()
    assert fake.subscriptions[-1]["resume"], "it went on where it was"


def test_it_heals_by_itself(fake, open_page):
    job = fake.add("nuvs")
    page = open_page(fake)
    fake.stop()
    expect(page.locator("#banner")).to_be_visible()
    fake.start()
    expect_connection(page, "live", timeout=40_000)
    expect(row(page, job)).to_be_visible()


def test_a_blink_is_nobodys_concern(fake, open_page):
    page = open_page(fake)
    page.evaluate("new MutationObserver(() => { window.raised = true; }).observe(document.getElementById('banner'), { attributes: true })")
    # The longest first delay is 500 ms, the banner's grace 600 ms; connecting on loopback fits between them.
    fake.close(4001)
    expect_connection(page, "reconnecting")
    expect_connection(page, "live")
    assert not page.evaluate("window.raised && !document.getElementById('banner').hidden")


def test_half_open(fake, open_page):
    """A cable pulled out: no close event ever comes, only silence."""
    job = fake.add("nuvs")
    page = open_page(fake)
    page.context.set_offline(True)
    expect_connection(page, "offline")
    expect(page.locator("#banner")).to_contain_text("You are offline. The list shows the last known state.")
    fake.change(job, "running", stage="assemble")
    page.context.set_offline(False)
    expect_connection(page, "live")
    expect_state(page, job, "Running")


def test_a_server_that_says_nothing_any_more(fake, open_page):
    """The connection is open and the machine is online; only no message comes."""
    page = open_page(fake, clock=True)
    banner = page.locator("#banner")
    # From here on the page's time passes only when it is told to. A jump of less than the patience with the server.
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 5)
    expect_connection(page, "live", timeout=60_000)
    fake.is_stalled = True
    page.clock.run_for(3000)
    expect(banner.get_by_role("alert")).to_have_text("The server does not answer. The list shows the last known state.")
    expect(page.locator("#connection")).to_have_text("Not answering")
    expect_connection(page, "live")  # it may only be slow
    page.clock.run_for(11_000)
    expect_connection(page, "reconnecting")
    fake.is_stalled = False
    page.clock.resume()
    # An attempt that began while nothing was said may have to run out before the one that succeeds.
    for _ in range(10):
        page.clock.fast_forward(30_000)
        page.wait_for_timeout(500)
        if page.locator("body").get_attribute("data-connection") == "live":
            break
    expect_connection(page, "live")


def test_no_access_is_final(fake, open_page):
    fake.refuse = (4502, "this user may not look at jobs")
    page = open_page(fake, state="closed")
    expect(page.locator("#banner")).to_contain_text("this user may not look at jobs")
    expect(page.locator("#retry")).to_be_hidden()
    expect(page.locator("#connection")).to_have_text("No access")
    fake.refuse = None
    page.locator("#connection").click()
    page.wait_for_timeout(700)
    expect_connection(page, "closed")


def test_garbage(fake, open_page):
    first = fake.add("nuvs")
    page = open_page(fake)
    fake.send_raw('{"jsonrpc":"2.0","method":"jobs.sync","params":{"subscr')
    expect_connection(page, "reconnecting")
    expect_connection(page, "live")
    second = fake.add("add_host")
    expect(row(page, second)).to_be_visible()
    expect(row(page, first)).to_be_visible()


def test_messages_of_a_newer_server(fake, open_page):
    page = open_page(fake)
    fake.send_raw('{"jsonrpc":"2.0","method":"jobs.sparkle","params":{"much":true},"extra":1}')
    fake.send_raw('[]')
    job = fake.add("nuvs")
    expect(row(page, job)).to_be_visible()
    expect_connection(page, "live")


def test_a_difference_is_found_and_mended(fake, open_page):
    job = fake.add("nuvs")
    page = open_page(fake)
    expect(row(page, job)).to_be_visible()
    fake.tick(count=7)
    deadline = time.monotonic() + 60
    while len(fake.subscriptions) < 2 and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert fake.subscriptions[-1]["manifest"] == {job: 1} and fake.subscriptions[-1]["resume"] is None
    expect(page.locator("#banner")).to_be_hidden()
    fake.tick()
    page.wait_for_timeout(300)
    assert len(fake.subscriptions) == 2, "a tick that agrees starts nothing"


def test_another_history_replaces_the_list(fake, open_page):
    old = fake.add("nuvs")
    page = open_page(fake)
    expect(row(page, old)).to_be_visible()
    fake.stop()
    fake.remove(old)
    fake.forget_history()
    new = fake.add("add_host")
    fake.start()
    expect(row(page, new)).to_be_visible(timeout=30_000)
    expect(row(page, old)).to_have_count(0)


def test_a_slow_load_shows_what_there_is(fake, open_page):
    fake.run(lambda: [fake._add("nuvs", f"job{n}", {}, "ann", n, "waiting", 0, 0, 1, 1, 0, None, "", None, False) for n in range(3000)])
    fake.load_delay = 0.4
    page = open_page(fake, state="loading")
    expect(page.locator("#loading")).to_have_text(re.compile(r"Loading [\d,]+ of 3,000"))
    expect(rows(page).first).to_be_visible()
    expect(chip(page, "Waiting")).to_contain_text("–")
    expect_connection(page, "live")
    expect(page.locator("#loading")).to_be_hidden()
    expect(chip(page, "Waiting")).to_contain_text("3,000")


def test_a_session_that_ran_out_asks_for_the_token(fake, open_page):
    fake.token = None
    page = open_page(fake)
    fake.token = "t0ken"
    fake.close(4003)
    form = page.locator("#login")
    expect(form).to_be_visible()
    form.get_by_label("Token").fill("wrong")
    form.get_by_role("button", name="Log in").click()
    expect(form.get_by_role("alert")).to_have_text("The server does not know this token.")
    form.get_by_label("Token").fill("t0ken")
    form.get_by_label("Token").press("Enter")
    expect_connection(page, "live")
    expect(form).to_be_hidden()
    page.locator("#user").click()
    page.get_by_role("button", name="Log out").click()
    expect(form).to_be_visible()


def test_starting_again_after_a_lost_answer_never_starts_two(fake, open_page):
    page = open_page(fake)
    fake.mute.add("jobs.new")
    page.keyboard.press("n")
    page.get_by_label("Task", exact=True).select_option("nuvs")
    page.get_by_label("Sample").fill("s1")
    page.get_by_role("button", name="Start job", exact=True).click()
    page.wait_for_timeout(200)
    fake.close(4001)
    expect(page.get_by_role("dialog").get_by_role("alert").filter(has_text="may or may not")).to_be_visible()
    fake.mute.clear()
    expect_connection(page, "live")
    page.get_by_role("button", name="Start job", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    first, second = [params for method, params in fake.calls if method == "jobs.new"]
    assert first["job_id"] == second["job_id"] and re.fullmatch("[0-9a-z]{8}", first["job_id"])


def test_who_we_are_is_asked_again_when_it_could_not_be_said(fake, open_page):
    page = open_page(fake, state=None)
    expect_connection(page, "live")

    def block(route):
        route.fulfill(status=503)

    page.context.route("**/session", block)
    page.reload()
    expect_connection(page, "live")
    expect(page.get_by_role("button", name="Start a job")).to_have_count(0)
    page.context.unroute("**/session", block)
    fake.close(4001)
    expect_connection(page, "reconnecting")
    expect_connection(page, "live")
    expect(page.get_by_role("button", name="Start a job").first).to_be_enabled()


def test_who_may_only_look_sees_no_buttons(fake, open_page):
    ids_by_role = sample_jobs.fill(fake)
    fake.permissions = []
    page = open_page(fake, f"?job={ids_by_role['running']}")
    expect(page.locator("#detail").get_by_role("heading", name="Add host")).to_be_visible()
    for name in ("Start a job", "Cancel job"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    row(page, ids_by_role["running"]).locator(".c-select").click()
    expect(page.locator("#selection")).to_contain_text("1 selected")
    expect(page.locator("#selection").get_by_role("button", name="Cancel")).to_have_count(0)
    page.keyboard.press("c")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("#tasks").click()
    expect(page.get_by_label("Limit of Nuvs")).to_be_disabled()


def test_what_became_of_many_is_said(fake, open_page):
    waiting = [fake.add("nuvs", proc=1, mem=1) for _ in range(3)]
    page = open_page(fake)
    expect(rows(page)).to_have_count(3)
    page.locator("#grid").focus()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Cancel 3 active").click()
    fake.change(waiting[0], "complete")
    expect_state(page, waiting[0], "Complete")
    page.get_by_role("dialog").get_by_role("button", name="Cancel 3 jobs").click()
    expect(page.locator(".toast > span")).to_have_text("2 cancelled and 1 had already ended")


def test_everything_in_a_name_is_text(fake, open_page):
    """What users and tools write is shown, never carried out."""
    evil = '<img src=x onerror="document.title=1">'
    job = fake.add("nuvs", args={"sample": evil}, username=evil, state="error", log=evil + "\n", error={"cause": evil, "message": evil, "log": [evil]})
    page = open_page(fake, f"?job={job}")
    expect(page.locator("#detail")).to_contain_text(evil)
    expect(page.locator("#detail .log")).to_contain_text(evil)
    assert page.locator("#detail img, .row img").count() == 0


def test_a_hundred_thousand_rows(fake, open_page, record_property):
    states = ["complete"] * 16 + ["waiting", "waiting", "error", "cancelled"]
    now = time.time()

    def fill():
        from fake_server import rfc3339
        for n in range(100_000):
            date = rfc3339(now - n)
            document = {"_id": f"j{n:06d}", "_version": 1, "task": ["nuvs", "add_host", "create_sample"][n % 3], "proc": 1, "mem": 4,
                        "username": ["ann", "bob", "cid"][n % 7 % 3], "archived": False, "added": date, "state": states[n % 20],
                        "progress": 1 if n % 20 < 16 else 0, "stage": None, "updated": date}
            fake.seq += 1
            fake.log[document["_id"]] = (fake.seq, document)

    fake.run(fill)
    begun = time.monotonic()
    page = open_page(fake, state=None)
    expect_connection(page, "live", timeout=60_000)
    record_property("seconds to load 100,000", round(time.monotonic() - begun, 2))
    expect(page.locator("#found")).to_have_text("100,000 jobs")
    assert page.locator(".rows .row").count() < 60, "only what is in sight has elements"
    page.locator("#grid").evaluate("grid => { grid.scrollTop = grid.scrollHeight; }")
    expect(row(page, "j099999")).to_be_visible()
    page.locator("#search").fill("j0420")
    expect(page.locator("#found")).to_have_text("100 of 100,000 jobs")
    page.get_by_role("button", name="Age").click()
    expect(rows(page).first.locator(".id")).to_have_text("j042000")
    chip(page, "Failed").click()
    expect(page.locator("#found")).to_have_text("5 of 100,000 jobs")
