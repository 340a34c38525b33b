#!/usr/bin/env python3
"""Makes the README's picture: `screenshot.py OUT.png [--dark] [--mobile] [--fake]`.

Starts the real server (JOBSYNC_BIN, else .build/debug/jobsync) with a handful of jobs of its own, opens the page and takes
1440 × 900 pixels of it with one job's details open. `--fake` shows jobs of the laboratory kind without running any.
"""

import argparse
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

import sample_jobs
from fake_server import FakeServer
from real_server import RealServer

TASKS = Path(__file__).resolve().parent / "demo"
SAMPLES = ["Prunus persica", "Vitis vinifera", "Malus domestica", "Solanum lycopersicum"]


@contextmanager
def laboratory():
    """The real server, with jobs that take as long as the picture needs."""
    with tempfile.TemporaryDirectory() as folder, RealServer(folder, proc=16, mem=64, tasks=TASKS) as server:
        for name in SAMPLES[:3]:
            server.new("trim_reads", sample=name, pace=0.05)
        server.new("find_viruses", sample=SAMPLES[3], pace=0.1)
        server.new("find_viruses", sample="Rubus idaeus", pace=1, spoiled=True)
        server.new("assemble", sample=SAMPLES[1], pace=9)
        running = server.new("find_viruses", sample=SAMPLES[0], pace=3)
        for pace, name in zip((2, 8, 5), SAMPLES[1:]):
            server.new("find_viruses", sample=name, pace=pace)
        for pace, name in zip((0.5, 2, 1, 3), SAMPLES):
            server.new("trim_reads", sample=name, pace=pace)
        server.new("assemble", sample=SAMPLES[2], pace=30)
        yield server, running


@contextmanager
def drawn():
    with FakeServer() as server:
        yield server, sample_jobs.fill(server)["running"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--mobile", action="store_true")
    parser.add_argument("--fake", action="store_true")
    options = parser.parse_args()
    with (drawn() if options.fake else laboratory()) as (server, job), sync_playwright() as playwright:
        chromium = os.environ.get("CHROME", "/usr/bin/chromium-headless-shell")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        size = {"width": 390, "height": 844} if options.mobile else {"width": 1440, "height": 900}
        page = browser.new_page(viewport=size, color_scheme="dark" if options.dark else "light", device_scale_factor=2 if options.mobile else 1)
        page.goto(server.url + ("/" if options.mobile else f"/?job={job}"))
        expect(page.locator("body")).to_have_attribute("data-connection", "live")
        if not options.mobile:
            expect(page.locator("#detail .stages li.done")).not_to_have_count(0)
        page.wait_for_timeout(6_000 if options.fake else 16_000)  # the line of the last minute needs something to draw
        page.screenshot(path=options.out)
        browser.close()


if __name__ == "__main__":
    main()
