"""Moving on the board by mouse, finger and keyboard, and against a stale page."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

ROWS = "tbody tr[data-reference]"


def open_board(page: Page) -> Page:
    page.goto("/board/")
    expect(page.locator(ROWS).first).to_be_visible()
    # What is loaded above the list pushes it down.
    page.wait_for_load_state("networkidle")
    return page


def order(page: Page) -> list[str]:
    return page.locator(ROWS).evaluate_all("rows => rows.map(r => r.dataset.reference)")


def places(page: Page) -> list[int]:
    return [int(text) for text in page.locator(f"{ROWS} .place").all_text_contents()]


def middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def grip(page: Page, index: int) -> Locator:
    return page.locator(f"{ROWS} .grip").nth(index)


def moved(before: list[str], from_index: int, to_index: int) -> list[str]:
    after = list(before)
    after.insert(to_index, after.pop(from_index))
    return after


def test_drag_is_tried_then_kept_with_its_reason(sign_in):
    page = open_board(sign_in("manager@example.com"))
    before = order(page)
    x, y = middle(grip(page, 5))
    _, target = middle(grip(page, 2))

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, (y + target) / 2, steps=8)
    page.mouse.move(x, target - 4, steps=8)
    page.wait_for_timeout(100)  # rows follow the pointer frame by frame
    page.mouse.up()
    tried = (order(page), places(page))
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text(f"{before[5]} up 3:")
    expect(outcome).to_contain_text("stay")
    page.get_by_placeholder("Why? (kept with the move)").fill("The auditor asked")
    page.get_by_role("button", name="Keep").click()

    expect(page.locator("#toasts")).to_contain_text(f"{before[5]} moved from 6 to 3.")
    assert tried == (moved(before, 5, 2), list(range(1, len(before) + 1)))
    assert order(page) == moved(before, 5, 2)
    page.goto(f"/board/{before[5]}/")
    expect(page.locator("#ranking")).to_contain_text("The auditor asked")


def test_keyboard_lifts_moves_drops_and_cancels(sign_in):
    page = open_board(sign_in("manager@example.com"))
    before = order(page)
    told = page.locator("#move-told")

    grip(page, 3).press("Space")
    expect(told).to_contain_text(f"{before[3]} lifted, rank 4 of {len(before)}.")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(told).to_contain_text(f"Rank 2 of {len(before)}, above {before[1]}")
    lifted = order(page)
    page.keyboard.press("Escape")
    cancelled = order(page)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")

    expect(page.locator("#toasts")).to_contain_text(f"{before[3]} moved from 4 to 5.")
    assert (lifted, cancelled) == (moved(before, 3, 1), before)
    assert order(page) == moved(before, 3, 4)
    expect(page.get_by_label(f"Move {before[3]}", exact=True)).to_be_focused()


def test_finger_drags_and_undo_puts_back(sign_in):
    page = open_board(
        sign_in(
            "manager@example.com",
            viewport={"width": 390, "height": 844},
            has_touch=True,
            is_mobile=True,
        )
    )
    before = order(page)
    grip(page, 3).scroll_into_view_if_needed()
    x, y = middle(grip(page, 3))
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: dict[str, float]) -> None:
        finger.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)}
        )

    touch("touchStart", {"x": x, "y": y})
    for number in range(1, 9):
        touch("touchMove", {"x": x, "y": y - 15 * number})
        page.wait_for_timeout(30)
    touch("touchEnd")
    expect(page.locator("#move")).to_be_visible()
    tried = order(page)
    expect(page.locator("#outcome")).to_contain_text("stay")
    page.get_by_role("link", name="Undo").click()

    assert tried != before
    assert order(page) == before
    expect(page.locator("[data-shift]")).to_have_count(0)
    expect(page.locator("#move")).to_be_hidden()


def test_stale_page_loses_nothing_and_says_what_happened(sign_in):
    mine = open_board(sign_in("manager@example.com"))
    other = open_board(sign_in("admin@example.com"))
    before = order(mine)
    last = len(before) - 1
    grip(other, last).press("Space")
    other.keyboard.press("ArrowUp")
    other.keyboard.press("Enter")
    other.keyboard.press("Enter")
    expect(other.locator("#toasts")).to_contain_text("moved from")

    grip(mine, last).press("Enter")
    mine.get_by_label("Move to rank").fill("4")
    mine.get_by_placeholder("Why? (kept with the move)").fill("Needed first")
    mine.get_by_role("button", name="Keep").click()

    expect(mine.locator("#toasts")).to_contain_text(
        "changed by somebody else meanwhile"
    )
    expect(mine.locator("#toasts")).to_contain_text(
        f"moved from rank {last + 1} to {last}"
    )
    assert order(mine) == moved(before, last, last - 1)
    expect(mine.get_by_placeholder("Why? (kept with the move)")).to_have_value(
        "Needed first"
    )
    mine.get_by_role("button", name="Keep").click()
    expect(mine.locator("#toasts")).to_contain_text(
        f"{before[last]} moved from {last} to 4."
    )


def test_bars_show_what_was_tried_until_undo_or_the_next_forecast(sign_in):
    page = open_board(sign_in("manager@example.com"))
    expect(page.locator("#freshness")).to_contain_text("fresh", timeout=60_000)
    shifted = page.locator("[data-shift]")

    def try_last_first():
        forecast = page.locator(ROWS).filter(has=page.locator("rect.p85"))
        forecast.last.locator(".grip").press("Enter")
        page.get_by_label("Move to rank").fill("1")
        page.keyboard.press("Tab")
        expect(page.locator("#outcome")).to_contain_text("later:")
        expect(shifted).not_to_have_count(0)

    try_last_first()
    page.get_by_role("link", name="Undo").click()
    expect(shifted).to_have_count(0)
    try_last_first()
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#toasts")).to_contain_text("to 1.")
    kept = shifted.count()
    expect(shifted).to_have_count(0, timeout=60_000)

    assert kept > 0


def test_without_script_a_move_is_previewed_on_a_page_of_its_own(sign_in):
    page = sign_in("manager@example.com", java_script_enabled=False)
    page.goto("/board/")
    reference = page.locator(ROWS).nth(7).get_attribute("data-reference")
    page.goto(f"/board/{reference}/")
    page.get_by_label("Move to rank").fill("5")

    page.get_by_role("button", name="See what it would do").click()
    while page.get_by_role("link", name="Look again").count():
        page.get_by_role("link", name="Look again").click()
    expect(page.locator(".outcome")).to_contain_text(f"{reference} up 3:")
    page.get_by_label("Why?").fill("Asked without script")
    page.get_by_role("button", name="Keep").click()

    page.goto(f"/board/{reference}/")
    expect(page.locator("#ranking")).to_contain_text("Asked without script")
