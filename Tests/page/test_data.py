"""What jobs have left behind, as tables."""

import json

import pytest
from playwright.sync_api import expect

from test_accessibility import PHONE, violations

CREATED = "2016-08-25T11:48:22.375557Z"


def record(kind, _id, name, job=None, uses=()):
    return {"_id": _id, "kind": kind, "name": name, "username": "igboyes", "created": CREATED, "uses": [dict(zip(("kind", "_id"), use)) for use in uses],
            "document": {}, **({"job": job} if job else {})}


@pytest.fixture
def kept(fake):
    job = fake.add("create_sample", age=60, state="complete")
    fake.kept = {
        "host": [record("host", "prunus_persica", "Prunus persica", job)],
        "reference": [record("reference", "viruses", "Plant viruses")],
        "sample": [record("sample", f"s_{n:04}", f"Leaf {n:04}", job, [("host", "prunus_persica")]) for n in range(120)],
        "analysis": [record("analysis", "a1", "<b>Pathoscope</b> of Leaf 3", job, [("sample", "s_0003"), ("index", "viruses.3")])],
    }
    return job


def open_data(page):
    page.keyboard.press("d")
    return page.get_by_role("dialog", name="Data")


def test_kinds_and_the_job_that_made_them(fake, kept, open_page):
    page = open_page(fake)
    dialog = open_data(page)
    expect(dialog.get_by_role("rowheader")).to_have_text(["Prunus persica"])
    expect(dialog.get_by_role("columnheader")).to_have_text(["Name", "Job", "Id", "By", "Created"])
    dialog.get_by_role("button", name="Analyses").click()
    expect(dialog.get_by_role("rowheader")).to_have_text(["<b>Pathoscope</b> of Leaf 3"])
    expect(dialog.get_by_role("row").nth(1)).to_contain_text("sample s_0003, index viruses.3")
    expect(dialog.get_by_role("button", name="Analyses")).to_have_attribute("aria-pressed", "true")
    dialog.get_by_role("link", name=kept).click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#detail").get_by_role("heading", name="Create sample")).to_be_visible()
    expect(page).to_have_url(f"{fake.url}/?job={kept}")


def test_many_of_a_kind(fake, kept, open_page):
    dialog = open_data(open_page(fake))
    dialog.get_by_role("button", name="Samples").click()
    expect(dialog.get_by_role("rowheader")).to_have_count(50)
    dialog.get_by_role("button", name="Show all 120 rows").click()
    expect(dialog.get_by_role("rowheader")).to_have_count(120)


def test_none_of_a_kind(fake, kept, open_page):
    dialog = open_data(open_page(fake))
    dialog.get_by_role("button", name="Indexes").click()
    expect(dialog).to_contain_text("There is no index yet.")


def test_an_older_server_says_so(fake, open_page):
    expect(open_data(open_page(fake)).locator(".notice")).to_have_text("This server can’t list what it keeps.")


@pytest.mark.parametrize("options", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"color_scheme": "dark", **PHONE}], ids=["light", "dark", "phone"])
def test_axe_data(fake, kept, open_page, options):
    page = open_page(fake, **options)
    page.locator("#data").click()
    dialog = page.get_by_role("dialog", name="Data")
    dialog.get_by_role("button", name="Samples").click()
    expect(dialog.get_by_role("rowheader")).to_have_count(50)
    found = violations(page)
    assert not found, json.dumps(found, indent=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
