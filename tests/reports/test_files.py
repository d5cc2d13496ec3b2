"""What a report's files are called."""

from __future__ import annotations

import msgspec
import pytest

from app.reports.files import SHAPES, file_name, file_of
from tests.reports import samples


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("December 1–31", "December 1–31 – Northlight Coffee.pdf"),
        ("تقرير ديسمبر", "تقرير ديسمبر – Northlight Coffee.pdf"),
        ("12月のレポート 🔥", "12月のレポート 🔥 – Northlight Coffee.pdf"),
        ("../../etc/passwd", "etc passwd – Northlight Coffee.pdf"),
        ('a"b\r\nX-Injected: 1', "a b X-Injected 1 – Northlight Coffee.pdf"),
        ("con/*?<>|", "con – Northlight Coffee.pdf"),
        ("\u202efdp.exe", "fdp.exe – Northlight Coffee.pdf"),
        ("", "Northlight Coffee.pdf"),
    ],
)
def test_a_name_is_safe_everywhere_and_keeps_its_script(title: str, expected: str) -> None:
    assert file_name(samples.usual(title=title), "pdf") == expected


def test_a_name_is_never_empty_nor_too_long() -> None:
    assert file_name(samples.usual(title="/", workspace=".."), "csv") == "report.csv"
    assert len(file_name(samples.usual(title="🔥字" * 500), "xlsx").encode()) <= 255


def test_a_file_of_invented_data_says_so() -> None:
    invented = [msgspec.structs.replace(samples.usual().sources[0], sandbox=True)]
    assert file_name(samples.usual(sources=invented), "pdf").startswith("sandbox-December")


@pytest.mark.parametrize(
    ("shape", "begins"), [("pdf", b"%PDF-1.7"), ("csv", b"\xef\xbb\xbffrom"), ("xlsx", b"PK")]
)
def test_each_shape_is_what_it_says(shape: str, begins: bytes) -> None:
    assert shape in SHAPES
    assert file_of(samples.frozen(samples.usual()), shape).content.startswith(begins)  # type: ignore[arg-type]  # a parameter
