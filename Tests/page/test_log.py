"""A job's log: all of it, however long; what is in it, and what is said of it."""

import re

import pytest
from playwright.sync_api import expect

STAGES = ["mk_analysis_dir", "map_viruses", "map_host", "assemble", "process_fasta", "vfam", "import_results"]  # of nuvs


def lines(count, first=0):
    """Of which each tells its number; four stages of the same length."""
    return [f"2016-08-25T11:48:22.{n % 1000:03}Z {STAGES[n * 4 // count]}: line {first + n} {'x' * (n % 50)}" for n in range(count)]


def text_of(lines):
    return "".join(f"{line}\n" for line in lines)


def open_log(fake, open_page, log, query="", **options):
    job = fake.add("nuvs", state="running", stage=3, log=log)
    page = open_page(fake, f"?job={job}{query}", **options)
    expect(page.locator("#detail .log")).to_be_visible()
    return job, page, page.locator("#detail .log")


def top(log):
    """The number of the first line in sight."""
    return log.evaluate("""log => {
        const edge = log.getBoundingClientRect().top;
        const row = [...log.querySelectorAll('.log-row')].find((each) => each.getBoundingClientRect().bottom > edge + 1 && /line \\d/.test(each.textContent));
        return Number(/line (\\d+)/.exec(row.textContent)?.[1]);
    }""")


def test_all_of_a_long_log_can_be_read(fake, open_page):
    many = lines(200_000)
    job, page, log = open_log(fake, open_page, text_of(many))
    expect(log).to_contain_text("line 199999 ")
    expect(page.locator("#detail .log-section")).to_contain_text("the last 64.0 KB of")
    assert fake.ranges == [], "what nobody looks at is not fetched"
    log.evaluate("log => { log.scrollTop = 0; }")
    expect(page.locator("#detail .log-section .section-head")).not_to_contain_text("the last")
    log.focus()
    page.keyboard.press("Home")
    expect(log).to_contain_text("line 0 ")
    page.get_by_label("Wrap").uncheck()
    for share in (0.25, 0.5, 0.9):
        log.evaluate("(log, share) => { log.scrollTop = share * (log.scrollHeight - log.clientHeight); }", share)
        expect(log).to_contain_text(f"line {round(share * 200_000)} ")
    assert page.locator(".log-row").count() < 80
    log.focus()
    page.keyboard.press("End")
    expect(log).to_contain_text("line 199999 ")
    assert all(last - first < 1 << 20 for first, last in fake.ranges)


def test_what_is_read_stays_while_more_comes_before_and_behind(fake, open_page):
    job, page, log = open_log(fake, open_page, text_of(lines(30_000)))
    expect(log).to_contain_text("line 29999 ")
    log.evaluate("log => { log.scrollTop = 100; }")
    expect(page.locator("#detail .section-head")).not_to_contain_text("the last")
    here = top(log)
    assert 28_000 < here < 29_900
    fake.append_log(job, text_of(lines(1000, 30_000)))
    height = log.evaluate("log => log.scrollHeight")
    fake.append_log(job, text_of(lines(1000, 31_000)))
    expect(page.get_by_label("Follow")).not_to_be_checked()
    while log.evaluate("log => log.scrollHeight") <= height:
        page.wait_for_timeout(50)
    assert top(log) == here
    page.get_by_label("Wrap").uncheck()
    expect(log).not_to_have_class(re.compile("wrapped"))
    assert top(log) == here
    page.get_by_label("Follow").check()
    expect(log).to_contain_text("line 31999 ")


def test_following_ends_where_one_says_so(fake, open_page):
    job, page, log = open_log(fake, open_page, text_of(lines(100)))
    page.get_by_label("Follow").uncheck()
    fake.append_log(job, text_of(lines(100, 100)))
    while log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 1500:
        page.wait_for_timeout(50)
    expect(page.get_by_label("Follow")).not_to_be_checked()


def test_search(fake, open_page):
    many = lines(60_000)
    many[17] += " needle <b>"
    many[42_000] += " NEEDLE"
    many[42_001] += " a needle and a needle"
    job, page, log = open_log(fake, open_page, text_of(many))
    find = page.get_by_label("Find in the log")
    count = page.locator(".log-search [role=status]")
    find.fill("needle")
    expect(count).to_have_text(re.compile("of 3"))
    for expected, line in (("2 of 3", 42_000), ("3 of 3", 42_001), ("1 of 3", 17)):
        if count.inner_text() != expected:
            find.press("Enter")
        expect(count).to_have_text(expected)
        expect(log.locator("mark.current").first).to_be_visible()
        assert "needle" in "".join(log.locator("mark.current").all_inner_texts()).lower(), "it may be cut at the edge"
        assert abs(top(log) - line) < 20
    find.press("Shift+Enter")
    expect(count).to_have_text("3 of 3")
    expect(log.locator("mark.current").first).to_be_visible()
    assert "".join(log.locator("mark.current").all_inner_texts()) == "needleneedle"
    fake.append_log(job, "one more needle\n")
    expect(count).to_have_text("3 of 4")
    page.get_by_role("button", name="Next match").click()
    expect(log.locator("mark.current")).to_be_visible()
    find.fill("no such thing")
    expect(count).to_have_text("Not found")
    find.fill("")
    expect(count).to_have_text("")
    assert log.locator("mark").count() == 0


def test_download(fake, open_page):
    text = text_of(lines(5000))
    job, page, log = open_log(fake, open_page, text)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_text() == text


def test_stages_are_marked_and_can_be_gone_to(fake, open_page):
    job, page, log = open_log(fake, open_page, text_of(lines(20_000)))
    page.get_by_label("Go to a stage").select_option("map_viruses")
    expect(log.locator(".begins")).to_contain_text("map_viruses: line 5000 ")
    page.get_by_label("Go to a stage").select_option("mk_analysis_dir")
    expect(log.locator(".begins")).to_contain_text("line 0 ")
    page.get_by_label("Go to a stage").select_option("vfam")
    expect(page.locator("#detail .section-head")).to_contain_text("Vfam has written nothing")


def test_colours_and_carriage_returns_and_no_markup(fake, open_page):
    text = (
        "\x1b[31;1mred\x1b[0m plain \x1b[38;5;208morange\x1b[0m \x1b[48;2;1;2;3mground\x1b[m\n"
        " 10%\r 50%\r100% done\r\n"
        "abc\rX\n"
        "\x1b]0;a title\x07\x1b]8;;http://evil.test\x1b\\link\x1b]8;;\x1b\\ \x1b[2Jscreen\x1b[K\x00\x07\n"
        "<img src=x onerror=alert(1)>\x1b[32m<script>alert(2)</script>\n"
        "after\n"
    )
    job, page, log = open_log(fake, open_page, text)
    rows = log.locator(".log-row")
    page.get_by_label("Wrap").uncheck()
    expect(rows).to_have_text([
        "red plain orange ground", "100% done", "Xbc", "link screen", "<img src=x onerror=alert(1)><script>alert(2)</script>", "after"])
    red = log.locator(".front-1")
    expect(red).to_have_text("red")
    expect(red).to_have_class(re.compile("bold"))
    assert red.evaluate("each => getComputedStyle(each).color") == "rgb(179, 38, 30)"
    assert log.locator(".front-own").evaluate("each => each.style.getPropertyValue('--front')") == "rgb(255 135 0)"
    assert log.locator("img, script, a").count() == 0
    assert rows.last.locator("span").count() == 0, "a line begins without the colours of the one before"


def test_wrapping_can_be_switched_and_is_remembered(fake, open_page):
    job, page, log = open_log(fake, open_page, "a" * 300 + "END\n" + "\u4e2d" * 80 + "\nlast\n")
    wide = "log => log.scrollWidth > log.clientWidth"
    expect(log.locator(".log-row").last).to_have_text("last")
    assert not log.evaluate(wide)
    assert "".join(log.locator(".log-row").all_inner_texts()) == "a" * 300 + "END" + "\u4e2d" * 80 + "last"
    page.get_by_label("Wrap").uncheck()
    expect(log.locator(".log-row")).to_have_count(3)
    assert log.evaluate(wide)
    page.reload()
    expect(page.get_by_label("Wrap")).not_to_be_checked()
    expect(log.locator(".log-row")).to_have_count(3)


def test_a_line_that_grows(fake, open_page):
    job, page, log = open_log(fake, open_page, "begin")
    for part in (" and", " go on", "\nnext", "\n"):
        fake.append_log(job, part)
    expect(log.locator(".log-row")).to_have_text(["begin and go on", "next"])
    fake.append_log(job, "\u00e4" * 40_000)  # without an end, and longer than a line may be
    fake.append_log(job, "!\n")
    expect(log).to_contain_text("!")
    assert "".join(log.locator(".log-row").all_inner_texts()).endswith("\u00e4!")


def test_two_hundred_lines_a_second_cost_what_is_in_sight(fake, open_page):
    """A minute of them: what is in memory as elements does not grow, and nothing is lost."""
    job, page, log = open_log(fake, open_page, text_of(lines(10)))
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def nodes():
        devtools.send("HeapProfiler.collectGarbage")
        return next(each["value"] for each in devtools.send("Performance.getMetrics")["metrics"] if each["name"] == "Nodes")

    counts = []
    for second in range(60):
        for part in range(10):
            fake.append_log(job, text_of(lines(20, second * 200 + part * 20)))
        if second in (9, 59):
            expect(log).to_contain_text(f"line {second * 200 + 199} ")
            counts.append(nodes())
    assert counts[1] < counts[0] * 1.2, counts
    assert log.locator(".log-row").count() < 80
    log.evaluate("log => { log.scrollTop = 0; }")
    expect(log).to_contain_text("line 5 ")


def test_what_cannot_be_read_is_said_and_tried_again(fake, open_page):
    job, page, log = open_log(fake, open_page, text_of(lines(20_000)))
    fake.log_problem = "the disk is slow"
    page.get_by_label("Find in the log").fill("line 7 ")
    expect(page.locator(".log-search [role=status]")).to_have_text("The log could not be read: the disk is slow")
    expect(page.locator("#detail .section-head")).to_contain_text("what is before could not be read: the disk is slow")
    fake.log_problem = None
    log.focus()
    page.keyboard.press("Home")
    expect(log).to_contain_text("line 0 ")
    expect(page.locator("#detail .section-head")).not_to_contain_text("could not")


def test_the_whole_log_of_a_real_job(server, open_page):
    job = server.new("flood", lines=30_000)
    page = open_page(server, f"?job={job}")
    log = page.locator("#detail .log")
    expect(page.locator("#detail .panel-state .state")).to_have_text("Complete", timeout=120_000)
    expect(log).to_contain_text("finish: ends")
    log.focus()
    page.keyboard.press("Home")
    expect(log).to_contain_text("begin: begins")
    expect(log.locator(".front-2")).to_have_text("begins")
    page.get_by_label("Find in the log").fill("line 15000")
    expect(page.locator(".log-search [role=status]")).to_have_text("1 of 1")
    expect(log.locator("mark.current")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == f"{job}.log"
    assert len(download.value.path().read_text().splitlines()) >= 30_002


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read(fake, open_page, scheme):
    """All sixteen, on their ground and as a ground, bold and faint."""
    from test_accessibility import violations
    text = "".join(f"\x1b[{code}mcolour {code}\x1b[0m{' ' if n % 2 else chr(10)}" for n, code in enumerate([*range(30, 38), *range(90, 98), *range(40, 48), *range(100, 108), 1, 2, 7, "38;5;226", "38;5;17", "48;5;226", "48;5;17"])) + "\n"
    job, page, log = open_log(fake, open_page, text, color_scheme=scheme, viewport={"width": 1440, "height": 1600})
    expect(log.locator("[class*=front-], [class*=back-]")).to_have_count(36)
    page.get_by_label("Find in the log").fill("colour 9")
    expect(log.locator("mark.current")).to_be_visible()
    assert not violations(page)


def width(page):
    return round(page.locator("#detail").bounding_box()["width"])


@pytest.mark.parametrize("size", [1440, 1100])
def test_the_panel_can_be_resized_and_is_remembered(fake, open_page, size):
    job, page, log = open_log(fake, open_page, text_of(lines(10)), viewport={"width": size, "height": 800})
    edge = page.get_by_role("separator", name="Width of the details")
    assert width(page) == 440
    box = edge.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, 400)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 80, 410, steps=4)
    page.mouse.up()
    assert abs(width(page) - 520) < 14
    edge.focus()
    before = width(page)
    page.keyboard.press("ArrowLeft")
    assert width(page) == before + 24
    expect(edge).to_have_attribute("aria-valuenow", str(before + 24))
    page.reload()
    expect(log).to_be_visible()
    assert width(page) == before + 24
    edge.focus()
    page.keyboard.press("Home")
    assert width(page) == 320
    page.keyboard.press("End")
    assert width(page) == size - 360
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    edge.dblclick()
    assert width(page) == 440


def test_the_panel_can_be_resized_by_touch(fake, open_page):
    job, page, log = open_log(fake, open_page, text_of(lines(10)), viewport={"width": 1180, "height": 820}, has_touch=True, is_mobile=True)
    box = page.get_by_role("separator").bounding_box()
    assert box["width"] >= 24
    devtools = page.context.new_cdp_session(page)
    x = box["x"] + box["width"] / 2
    for kind, points in (("touchStart", [x]), ("touchMove", [x - 60]), ("touchMove", [x - 100]), ("touchEnd", [])):
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": each, "y": 400} for each in points]})
    assert abs(width(page) - 540) < 14


def test_a_job_on_a_page_of_its_own(fake, open_page):
    other = fake.add("add_host")
    job, page, log = open_log(fake, open_page, text_of(lines(1000)))
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open as a page of its own").click()
    alone = opened.value
    expect(alone.locator("#detail .log")).to_contain_text("line 999 ")
    expect(alone.locator("#grid")).to_be_hidden()
    expect(alone).to_have_title(f"Nuvs {job}: Running · Jobsync")
    assert alone.locator("#detail").bounding_box()["width"] > 1300
    assert [each["filter"] for each in fake.subscriptions] == [None, {"_id": job}]
    fake.change(job, "complete")
    expect(alone.locator(".panel-state .state")).to_have_text("Complete")
    alone.get_by_role("link", name="Show in the list").click()
    expect(alone.locator("#grid")).to_be_visible()
    expect(alone.locator("#detail .log")).to_contain_text("line 999 ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_job_is_readable_by_everybody(fake, open_page, scheme):
    import sample_jobs
    from test_accessibility import violations
    jobs = sample_jobs.fill(fake)
    page = open_page(fake, f"?job={jobs['failed']}&view=page", color_scheme=scheme)
    expect(page.locator("#detail .log-row").first).to_be_visible()
    assert not violations(page)
    for size in (320, 768, 2560):
        page.set_viewport_size({"width": size, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size


def test_a_panel_with_a_result_is_as_wide_as_one_likes_too(fake, open_page):
    job = fake.add("add_host", state="complete")
    page = open_page(fake, f"?job={job}")
    expect(page.locator("#detail .drawn")).to_be_visible()
    usual = width(page)
    assert usual > 500, "a result has pictures"
    page.get_by_role("separator").focus()
    expect(page.get_by_role("separator")).to_have_attribute("aria-valuenow", str(usual))
    page.keyboard.press("Shift+ArrowRight")
    assert width(page) == usual - 96
    page.keyboard.press("Enter")
    assert width(page) == usual
