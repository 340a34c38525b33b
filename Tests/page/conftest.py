"""Fixtures: a browser, a server that misbehaves on demand, and the real one."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from fake_server import FakeServer
from real_server import BINARY, RealServer

CHROMIUM = os.environ.get("CHROME", "/usr/bin/chromium-headless-shell")
HARMLESS = ("ERR_CONNECTION", "WebSocket connection to", "ERR_INTERNET_DISCONNECTED", "ERR_EMPTY_RESPONSE", "401 (Unauthorized)", "403 (Forbidden)", "503 (Service Unavailable)")

expect.set_options(timeout=60_000)


def pytest_terminal_summary(terminalreporter):
    if not BINARY.exists():
        terminalreporter.write_line(f"NOT TESTED against the real server: there is no {BINARY}. Build it, or name it in JOBSYNC_BIN.", red=True, bold=True)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        # --no-sandbox: the tests run as root in containers, where Chromium refuses to start with it.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def fake():
    with FakeServer() as server:
        yield server


@pytest.fixture(scope="module")
def shared_fake():
    with FakeServer() as server:
        yield server


@pytest.fixture
def server(tmp_path):
    """The real server, without login."""
    with real(tmp_path) as server:
        yield server


@pytest.fixture
def guarded(tmp_path):
    """The real server, with login."""
    with real(tmp_path, auth="token") as server:
        yield server


def real(folder: Path, **options):
    if not BINARY.exists():
        pytest.skip(f"there is no {BINARY}")
    return RealServer(folder, **options)


@pytest.fixture
def open_page(browser):
    """Opens the page of a server in a context of its own; at the end nothing may have gone wrong in it unnoticed."""
    contexts, problems = [], []

    def note(message):
        if message.type == "error" and not any(each in message.text for each in HARMLESS):
            problems.append(message.text)

    def open_page(server, query="", *, state="live", context=None, clock=False, **options):
        context = context or browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error.stack or error)))
        page.on("console", note)
        if clock:
            page.clock.install()
        page.goto(f"{server.url}/{query}")
        if state:
            expect(page.locator("body")).to_have_attribute("data-connection", state)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not problems, problems
