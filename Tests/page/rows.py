"""How a reader finds their way in the table."""

from playwright.sync_api import expect


def rows(page):
    return page.locator(".rows .row:not([hidden])")


def row(page, _id):
    return rows(page).filter(has=page.locator(".id", has_text=_id))


def ids(page):
    return page.locator(".rows .row:not([hidden]) .id").all_inner_texts()


def in_sight(page):
    """The ids from top to bottom: recycled rows stand in the document in any order."""
    return page.evaluate("""[...document.querySelectorAll('.rows .row:not([hidden])')]
        .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).map((each) => each.querySelector('.id').textContent)""")


def expect_state(page, _id, state, **options):
    expect(row(page, _id).locator(".state")).to_have_text(state, **options)


def chip(page, state):
    return page.locator("#chips").get_by_role("button", name=state)


def expect_connection(page, state, **options):
    expect(page.locator("body")).to_have_attribute("data-connection", state, **options)
