"""Reading the charts of the delivery page: filter, data, CSV and PNG."""

from __future__ import annotations

import csv
import re
import struct
from pathlib import Path

from playwright.sync_api import expect

PNG = b"\x89PNG\r\n\x1a\n"
# Twice as fine as the picture of 1,200 pixels is wide.
PIXELS = 2400
# Milliseconds; Plotly is large, and the machine may be busy.
DRAWN_WITHIN = 30_000


def saved(page, control) -> Path:
    with page.expect_download() as download:
        control.click()
    return Path(download.value.path())


def test_charts_are_filtered_read_as_data_and_taken_along(sign_in):
    page = sign_in("cio@example.com")
    page.goto("/delivery/")
    figure = page.locator("#cycle-time")
    everything = figure.locator("h2").inner_text()

    page.get_by_label("Tier", exact=True).select_option(label="Standard")
    page.get_by_role("button", name="Show").first.click()
    expect(page).to_have_url(re.compile("tier=standard"))
    expect(figure.locator("h2")).not_to_have_text(everything)
    figure.get_by_text("View data").click()
    listed = figure.locator("tbody tr")
    expect(listed.first).to_be_visible()
    drawn = figure.locator(".main-svg").first
    expect(drawn).to_be_visible(timeout=DRAWN_WITHIN)
    table = saved(page, figure.get_by_role("link", name="CSV of cycle time"))
    picture = saved(page, figure.get_by_role("button", name="PNG of cycle time"))

    with table.open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = csv.reader(lines)
    assert header[3] == "Tier"
    assert {row[3] for row in rows} == {"Standard"}
    assert f"(n = {len(rows)})" in figure.locator("h2").inner_text()
    assert listed.count() == min(len(rows), 60)
    image = picture.read_bytes()
    assert image[:8] == PNG
    assert struct.unpack(">I", image[16:20]) == (PIXELS,)


def test_every_chart_is_drawn_where_there_is_enough_to_show(sign_in):
    page = sign_in(
        "manager@example.com",
        viewport={"width": 390, "height": 844},
        color_scheme="dark",
    )
    page.goto("/delivery/")

    boxes = page.locator("[data-chart]")
    for box in boxes.all():
        box.scroll_into_view_if_needed()
        expect(box.locator(".main-svg").first).to_be_visible(timeout=DRAWN_WITHIN)

    assert boxes.count() == 11
    assert page.get_by_text("Nothing is drawn yet.").count() == 0
