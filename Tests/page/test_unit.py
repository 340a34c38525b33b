"""The JavaScript client and the page's pure modules, tested where they live: in the browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

UNIT = Path(__file__).parent / "unit"


def names():
    for file in sorted(UNIT.glob("*.test.js")):
        # Names made in a loop are not in the text; their file's line stands for them.
        found = re.findall(r"^ *test\((?:'([^']+)'|`([^`]+)`)", file.read_text(), re.M)
        for plain, template in found:
            yield pytest.param(file.name, plain or template, id=f"{file.name.split('.')[0]}: {plain or template}")


@pytest.fixture(scope="module")
def results(browser, shared_fake):
    known = {}

    def run(file):
        if file not in known:
            page = browser.new_page()
            page.goto(f"{shared_fake.url}/unit/runner.html?file={file}")
            expect(page.locator("body")).to_have_attribute("data-done", "yes", timeout=60_000)
            known[file] = page.evaluate("window.results")
            page.close()
        return known[file]

    return run


@pytest.mark.parametrize("file, name", list(names()))
def test_unit(results, file, name):
    pattern = re.sub(r"\\\$\\\{.*?\\\}", ".+", re.escape(name))
    matching = [result for result in results(file) if re.fullmatch(pattern, result["name"])]
    assert matching, f"{name} did not run: {results(file)}"
    problems = [f"{result['name']}: {result['problem']}" for result in matching if result["problem"]]
    assert not problems, "\n".join(problems)
