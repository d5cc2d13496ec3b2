from __future__ import annotations

import re
import struct
import zlib

import pytest

from app.errors import Invalid
from app.models import Workspace
from app.reports import brand, logo


def png(width: int = 2, height: int = 2, *, packed: bytes | None = None) -> bytes:
    rows = b"".join(b"\x00" + b"\x4f\x46\xe5\xff" * width for _ in range(height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(rows) if packed is None else packed)
        + _chunk(b"IEND", b"")
    )


def svg(body: str, head: str = 'viewBox="0 0 10 10"') -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {head}>{body}</svg>'.encode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_workspace_without_a_brand_reports_in_indigo_under_its_name() -> None:
    found = brand.brand_of(Workspace(name="Nørd & Söhne"))
    assert (found.name, found.colour, found.logo, found.logo_type) == (
        "Nørd & Söhne",
        "#4f46e5",
        b"",
        "",
    )


def test_colours_are_kept_in_one_form() -> None:
    assert brand.parse_colour(" #0AF ".replace("0AF", "06C")) == "#0066cc"
    assert brand.parse_colour("B42318") == "#b42318"


@pytest.mark.parametrize("typed", ["red", "#12345", "#gggggg", "rgb(0,0,0)", "#1234567"])
def test_what_is_no_colour_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="six digits"):
        brand.parse_colour(typed)


@pytest.mark.parametrize("typed", ["#ffffff", "#ffeb3b", "#a3e635", "#cccccc"])
def test_a_colour_too_light_for_paper_is_refused_with_one_that_is_not(typed: str) -> None:
    with pytest.raises(Invalid, match="too light") as refused:
        brand.parse_colour(typed)
    offered = re.findall("#[0-9a-f]{6}", refused.value.message)[-1]
    assert brand.parse_colour(offered) == offered


def test_contrast_is_that_of_wcag() -> None:
    assert brand.contrast("#000000") == pytest.approx(21)
    assert brand.contrast("#ffffff") == pytest.approx(1)
    assert brand.contrast("#767676") == pytest.approx(4.54, abs=0.005)


def test_a_png_is_kept_as_it_is() -> None:
    picture = png(3, 2)
    assert logo.check_logo(picture) == logo.Logo(picture, "image/png")
    assert logo.png_size(picture) == (3, 2)


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (png()[:-3], "damaged"),
        (png().replace(b"IDAT", b"IDAX"), "damaged"),
        (png(packed=b"not packed"), "damaged"),
        (png(packed=zlib.compress(bytes(10_000_000))), "damaged"),
        (png(5000, 1), "5,000 by 1 pixels"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"GIF89a", "neither"),
        (b"", "neither"),
        (b"<html/>", "neither"),
        (b"\xff" * 600_000, "585 kB"),
    ],
)
def test_a_picture_that_is_none_is_refused(picture: bytes, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        logo.check_logo(picture)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ('<path d="M0 0" onload="alert(1)"/>', "onload"),
        ('<image href="https://example.org/x.png"/>', "<image>"),
        ("<foreignObject/>", "<foreignObject>"),
        ('<a href="#x"/>', "<a>"),
        ("<animate/>", "<animate>"),
        ("<text>Acme</text>", "outlines"),
        ('<use href="https://example.org/a.svg#x"/>', "outside"),
        ('<rect fill="url(https://example.org/x)"/>', "outside"),
        ("<style>@import 'x.css';</style>", "outside"),
        ("<style>rect { fill: u\\72l(//example.org) }</style>", "outside"),
        (
            '<g id="a"><use href="#b"/></g><g id="b"><path d="M0 0"/></g><use href="#a"/>',
            "copies of copies",
        ),
        ("<g>" * 60 + "</g>" * 60, "nested"),
        ("<g/>" * 6000, "5,000 parts"),
    ],
)
def test_an_svg_that_does_more_than_draw_is_refused(body: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        logo.check_logo(svg(body))


def test_an_svg_that_declares_entities_is_refused_before_they_grow() -> None:
    bomb = b'<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>' + svg("<desc>&b;</desc>")
    with pytest.raises(Invalid, match="entities"):
        logo.check_logo(bomb)
    outside = b'<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg("<desc>&a;</desc>")
    with pytest.raises(Invalid, match="entities"):
        logo.check_logo(outside)


def test_an_svg_keeps_what_draws_and_loses_what_editors_note() -> None:
    given = svg(
        '<metadata>who</metadata><i:pages xmlns:i="urn:editor"/><!-- note -->'
        "<defs><linearGradient id='g'><stop offset='0' stop-color='#fff'/></linearGradient></defs>"
        '<style>.a { fill: url(#g) }</style><path class="a" d="M0 0h9v9z" data-name="x"/>',
        'viewBox="0 0 10 10" xmlns:xlink="http://www.w3.org/1999/xlink" i="1"',
    )
    kept = logo.check_logo(given)
    assert kept.type == "image/svg+xml"
    text = kept.content.decode()
    assert 'd="M0 0h9v9z"' in text
    assert "url(#g)" in text
    assert "linearGradient" in text
    for gone in ("who", "editor", "note", "data-name", "DOCTYPE"):
        assert gone not in text
    assert logo.check_logo(kept.content) == kept


def test_an_svg_of_no_size_is_refused() -> None:
    with pytest.raises(Invalid, match="how large"):
        logo.check_logo(svg("<g/>", ""))
    with pytest.raises(Invalid, match="how large"):
        logo.check_logo(svg("<g/>", 'viewBox="0 0 0 10"'))
