"""Readable by everybody: contrast, names and roles in both themes, keyboard only, small windows, no motion."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import sample_jobs
from rows import chip, expect_connection, ids, rows

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def violations(page):
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return {each["id"]: [node["target"] for node in each["nodes"]][:4] for each in found}


def show(page, fake, view, jobs):
    if view == "selection":
        for index in (0, 6, 12):
            rows(page).nth(index).locator(".c-select").click()
        expect(page.locator("#selection")).to_be_visible()
    elif view == "start":
        page.keyboard.press("n")
        page.get_by_label("Task", exact=True).select_option("pathoscope_bowtie")
        page.get_by_role("button", name="Start job", exact=True).click()
        expect(page.get_by_text("Sample is required")).to_be_visible()
    elif view == "cancel":
        rows(page).first.click()
        page.get_by_role("button", name="Cancel job").click()
        expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    elif view in ("tasks", "help"):
        page.locator(f"#{view}").click()
        expect(page.get_by_role("dialog")).to_be_visible()
    elif view in ("running", "complete", "failed", "waiting"):
        page.goto(f"{fake.url}/?job={jobs[view]}")
        expect(page.locator("#detail .stages")).to_be_visible()
    elif view == "filtered":
        page.goto(f"{fake.url}/?q=no+such+job")
        expect(page.get_by_text("No jobs match these filters")).to_be_visible()
    elif view == "lost":
        fake.stop()
        expect(page.locator("#banner")).to_be_visible()


VIEWS = ["list", "selection", "start", "cancel", "tasks", "help", "running", "complete", "failed", "waiting", "filtered", "lost"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe(fake, open_page, view, scheme):
    jobs = sample_jobs.fill(fake)
    page = open_page(fake, color_scheme=scheme)
    expect(page.locator("#queue-reason")).not_to_have_text("\u00a0")
    show(page, fake, view, jobs)
    found = violations(page)
    assert not found, json.dumps(found, indent=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["empty", "login", "phone", "phone detail"])
def test_axe_elsewhere(fake, open_page, view, scheme):
    jobs = sample_jobs.fill(fake) if view.startswith("phone") else {}
    fake.token = "t" if view == "login" else None
    query = f"?job={jobs['complete']}" if view == "phone detail" else ""
    page = open_page(fake, query, state=None if view == "login" else "live", color_scheme=scheme, **(PHONE if jobs else {}))
    expect(page.locator({"empty": "#empty", "login": "#login", "phone": ".rows", "phone detail": "#detail .stages"}[view])).to_be_visible()
    found = violations(page)
    assert not found, json.dumps(found, indent=1)


def test_axe_would_say(fake, open_page):
    """The check itself is checked: a fault must be found."""
    page = open_page(fake)
    page.evaluate("document.body.append(document.createElement('img'))")
    assert "image-alt" in violations(page)


def test_keyboard_only(fake, open_page):
    jobs = sample_jobs.fill(fake)
    page = open_page(fake)
    page.keyboard.press("/")
    page.keyboard.type("nuvs")
    expect(page).to_have_url(re.compile("q=nuvs"))
    expect(page.locator("#found")).to_contain_text("3 of")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("#grid")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("#grid")).to_have_attribute("aria-activedescendant", "row-1")
    page.keyboard.press("Space")
    expect(page.locator("#selected")).to_have_text("1 selected")
    page.keyboard.press("Enter")
    expect(page.locator("#detail .stages")).to_be_visible()
    expect(page).to_have_url(re.compile(f"job={jobs['waiting']}"))
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    expect(page.locator("#grid")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(chip(page, "Waiting")).to_have_attribute("aria-pressed", "true")


def test_single_keys_can_be_turned_off(fake, open_page):
    page = open_page(fake)
    page.keyboard.press("?")
    page.get_by_label("Single keys are shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_timeout(200)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_theme(fake, open_page):
    page = open_page(fake, color_scheme="light")
    background = lambda: page.evaluate("getComputedStyle(document.body).backgroundColor")
    light = background()
    page.keyboard.press("t")
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert background() != light
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("width", [320, 390, 640, 900, 1180])
def test_nothing_sticks_out(fake, open_page, width):
    jobs = sample_jobs.fill(fake)
    page = open_page(fake, viewport={"width": width, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{fake.url}/?job={jobs['failed']}")
    expect(page.locator("#detail .error-box")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_targets_are_large_enough_for_a_finger(fake, open_page):
    sample_jobs.fill(fake)
    page = open_page(fake, **PHONE)
    small = page.evaluate("""[...document.querySelectorAll('button, select, input:not([type=checkbox]), .c-select')]
        .filter((each) => each.offsetParent && each.getBoundingClientRect().width > 1)
        .filter((each) => Math.min(each.getBoundingClientRect().width, each.getBoundingClientRect().height) < 24)
        .map((each) => each.id || each.className)""")
    assert not small


def test_a_phone_opens_and_closes_a_job(fake, open_page):
    jobs = sample_jobs.fill(fake)
    page = open_page(fake, **PHONE)
    rows(page).first.tap()
    expect(page.locator("#detail")).to_be_visible()
    box = page.locator("#detail").bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    page.go_back()
    expect(page.locator("#detail")).to_be_hidden()
    assert jobs["running"] in ids(page)


def test_no_motion_and_forced_colours(fake, open_page):
    sample_jobs.fill(fake)
    page = open_page(fake, reduced_motion="reduce", forced_colors="active")
    expect_connection(page, "live")
    assert page.evaluate("document.getAnimations().length") == 0


def test_nothing_comes_from_elsewhere(fake, open_page, browser):
    context = browser.new_context()
    asked = []
    context.on("request", lambda request: asked.append(request.url))
    open_page(fake, context=context)
    assert asked and all(url.startswith(fake.url) for url in asked)


def test_markup_cannot_be_made_from_text(fake, browser):
    page = browser.new_page()  # not by open_page: the browser reports the attempt as an error, as it should
    page.goto(fake.url)
    assert page.evaluate("() => { try { document.body.innerHTML = '<b>x</b>'; return 'made'; } catch (error) { return error.name; } }") == "TypeError"
    page.close()


def test_without_javascript(fake, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(fake.url)
    # Chromium leaves this element unrendered when only the debugger turns scripts off.
    assert "This page needs JavaScript" in page.locator("noscript").text_content()
    context.close()
