"""The date of a post that was copied with it."""

import time
import unicodedata
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from factcheck.record.matching import post_dates
from factcheck.record.matching.post_dates import post_date

DAY = date(2018, 2, 11)


@pytest.mark.parametrize(
    "text",
    [
        "Lemon cures cancer! — Lemon Lover (@lemons) February 11, 2018",
        "Lemon cures cancer! Feb. 11th, 2018 at 10:15 PM",
        "Lemon cures cancer! 11 Feb 2018.",
        "Lemon cures cancer! 2018-02-11",
        "Chanh chữa ung thư! 11/2/2018",
        "Nguyễn Văn A\n11 tháng 2, 2018 lúc 10:15 ·\nChanh chữa ung thư!",
        "Nguyen Van A\nngay 11 thang 2 nam 2018\nChanh chua ung thu!",
        unicodedata.normalize("NFD", "Chanh chữa ung thư! Ngày 11 tháng 2 năm 2018"),
        unicodedata.normalize("NFD", "ệ" * 4900 + "\nNgày 11 tháng 2 năm 2018"),
    ],
)
def test_date_of_a_post(text: str) -> None:
    assert post_date(text) == DAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("x 2/13/2018", date(2018, 2, 13)),  # no month is the 13th
        ("x ſep 11, 2018", date(2018, 9, 11)),  # re.IGNORECASE takes the long s for an s
        ("x 11/2/2018\ny 12/2/2018", date(2018, 2, 12)),
        ("x 31/31/2018", None),
        ("x 30 February 2018", None),
        ("x 0000-01-01", None),
        ("On 5 May 2030 all banks will close", None),
        ("All banks will close on 5 May 2099", None),
        ("A. B.\n11/2/2018\nAll banks will close on 5 May 2099", DAY),
        ("On 5 May 2030 all banks will close\nfor good", None),
        ("111/2/20181", None),
        ("", None),
    ],
)
def test_what_is_no_date_of_a_post(text: str, day: date | None) -> None:
    assert post_date(text) == day


@pytest.mark.parametrize(("days", "read"), [(-1, True), (0, True), (1, True), (3, False)])
def test_day_to_come_is_no_date_of_a_post(days: int, read: bool) -> None:
    day = datetime.now(UTC).date() + timedelta(days=days)
    assert post_date(f"All banks will close on {day}") == (day if read else None)


def test_day_to_come_is_read_the_other_way_round_where_that_is_past(monkeypatch: pytest.MonkeyPatch) -> None:
    for today, day in (((2026, 11, 26), date(2026, 5, 12)), ((2026, 12, 5), date(2026, 12, 5)), ((2026, 1, 1), None)):
        monkeypatch.setattr(
            post_dates, "datetime", SimpleNamespace(now=lambda zone, today=today: datetime(*today, tzinfo=zone))
        )
        assert post_date("5/12/2026") == day


@pytest.mark.parametrize("text", ["1 " * 2500, "11/2/2018 x\n" * 400, "may 11, 2018" + ":" * 4900 + "x", "\n" * 5000])
def test_date_in_hostile_texts_is_quick(text: str) -> None:
    begun = time.process_time()
    assert post_date(text) is None
    assert time.process_time() - begun < 0.5
