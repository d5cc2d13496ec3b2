"""Which pictures are taken as a logo: real PNGs, and SVGs that only draw.

Nothing of what is taken can run, load or point anywhere: an SVG is written anew from elements
and attributes that are known to draw. One that needs more is refused with what it needs.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from xml.etree import ElementTree as ET
from xml.parsers import expat

from app.errors import Invalid

LARGEST = 512 * 1024
MOST_PIXELS = 4096
PNG = "image/png"
SVG = "image/svg+xml"

_MOST_ELEMENTS = 5_000
_DEEPEST = 40
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNK = Struct(">I4s")
_NAMESPACE = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
_DRAWING = frozenset(
    "svg g path rect circle ellipse line polyline polygon defs use symbol title desc style "
    "linearGradient radialGradient stop clipPath mask".split()
)
_LOOKS = frozenset(
    "id class style d points x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy width height viewBox "
    "preserveAspectRatio transform version fill fill-opacity fill-rule clip-rule stroke "
    "stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit "
    "stroke-dasharray stroke-dashoffset opacity color display visibility offset stop-color "
    "stop-opacity gradientUnits gradientTransform spreadMethod clip-path clipPathUnits mask "
    "maskUnits maskContentUnits vector-effect paint-order href".split()
)
_SIZE = re.compile(r"(\d*\.?\d+)(px|pt|mm|cm|in)?")
_REACHES_OUT = re.compile(r"url\(\s*['\"]?\s*(?!#)|@import|expression\s*\(|\\", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Logo:
    """`type` is PNG or SVG."""

    content: bytes
    type: str


def check_logo(content: bytes) -> Logo:
    """The picture as it may be kept. Raises Invalid with the reason for one that may not."""
    if len(content) > LARGEST:
        raise Invalid(
            f"The logo has {len(content) // 1024:,} kB; {LARGEST // 1024} kB is the most. "
            "Export it smaller, or as SVG."
        )
    if content.startswith(_SIGNATURE):
        _check_png(content)
        return Logo(content, PNG)
    return Logo(_clean_svg(content), SVG)


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels of a PNG that was checked."""
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _check_png(content: bytes) -> None:
    broken = Invalid("This PNG is damaged. Export it again.")
    chunks = list(_chunks(content))
    kinds = [kind for kind, _ in chunks]
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or len(chunks[0][1]) != 13:
        raise broken
    if b"acTL" in kinds:
        raise Invalid("This PNG is animated. Export one frame of it.")
    width, height = png_size(content)
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        raise Invalid(
            f"The logo is {width:,} by {height:,} pixels; {MOST_PIXELS:,} each way is the most."
        )
    _check_pixels(b"".join(data for kind, data in chunks if kind == b"IDAT"), width, height, broken)


def _check_pixels(packed: bytes, width: int, height: int, broken: Invalid) -> None:
    """A PNG holds at most 8 bytes a pixel, and some for filters and interlacing."""
    most = 8 * width * height + 16 * height + 64
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(packed, most)
    except zlib.error as error:
        raise broken from error
    if not unpacked or not unpacking.eof:
        raise broken


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at + 12 <= len(content):
        length, kind = _CHUNK.unpack_from(content, at)
        end = at + 8 + length
        sum_of_it = int.from_bytes(content[end : end + 4])
        if end + 4 > len(content) or zlib.crc32(content[at + 4 : end]) != sum_of_it:
            raise Invalid("This PNG is damaged. Export it again.")
        yield kind, content[at + 8 : end]
        at = end + 4


def _clean_svg(content: bytes) -> bytes:
    root = _parse(content)
    if root.tag != f"{{{_NAMESPACE}}}svg":
        raise Invalid("A logo is a PNG or an SVG file. This is neither.")
    kept = _clean(root, 0)
    _check_size(kept)
    _check_uses(kept)
    ET.register_namespace("", _NAMESPACE)
    written: bytes = ET.tostring(kept, encoding="utf-8", xml_declaration=True)
    return written


def _parse(content: bytes) -> ET.Element:
    """The tree; entities are refused before anything of them is read."""
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = lambda tag, given: builder.start(
        _tag(tag), {_tag(name): value for name, value in given.items()}
    )
    parser.EndElementHandler = lambda tag: builder.end(_tag(tag))
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = _no_entities
    parser.ExternalEntityRefHandler = lambda *_: 0
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat's own signature
        return builder.close()
    except (expat.ExpatError, ValueError, AssertionError) as error:
        raise Invalid("A logo is a PNG or an SVG file. This is neither, or damaged.") from error


def _no_entities(*_: object) -> None:
    raise Invalid("This SVG declares entities. Export it again as plain SVG.")


def _tag(name: str) -> str:
    return "{" + name if "}" in name else name


def _clean(element: ET.Element, depth: int) -> ET.Element:
    """The element and those below it that draw; what editors note for themselves is left out."""
    if depth > _DEEPEST:
        raise Invalid("This SVG is nested too deeply. Simplify it in your drawing program.")
    kept = ET.Element(element.tag, dict(_looks(element)))
    kept.text, kept.tail = element.text, element.tail
    if element.tag == f"{{{_NAMESPACE}}}style":
        _check_style(element.text or "")
    for each in element:
        namespace, _, name = each.tag.rpartition("}")
        if namespace != f"{{{_NAMESPACE}" or name == "metadata":
            continue
        if name == "text":
            # It would be set in another font wherever its own is not at hand.
            raise Invalid("This SVG contains text. Convert its text to outlines and export again.")
        if name not in _DRAWING:
            raise Invalid(
                f"This SVG contains <{name}>, which a logo may not. Export it as plain SVG, or "
                "as PNG."
            )
        kept.append(_clean(each, depth + 1))
    return kept


def _looks(element: ET.Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        known = "href" if name == _LINK else name
        if known.lower().startswith("on"):
            raise Invalid(f"This SVG runs a script ({known}). Export it as plain SVG.")
        if known not in _LOOKS:
            continue
        if known == "href" and not value.startswith("#"):
            raise Invalid("This SVG points to something outside itself. Embed it, or use a PNG.")
        _check_style(value)
        yield known, value


def _check_style(text: str) -> None:
    if _REACHES_OUT.search(text):
        raise Invalid("This SVG loads something from outside itself. Embed it, or use a PNG.")


def _check_size(root: ET.Element) -> None:
    if sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        raise Invalid(
            f"This SVG has more than {_MOST_ELEMENTS:,} parts. Simplify it, or use a PNG."
        )
    box = root.get("viewBox", "").replace(",", " ").split()
    sizes = box[2:] if len(box) == 4 else [root.get("width", ""), root.get("height", "")]
    if not all((said := _SIZE.fullmatch(each)) and float(said[1]) > 0 for each in sizes):
        raise Invalid("This SVG does not say how large it is. Export it with a view box.")


def _check_uses(root: ET.Element) -> None:
    """Copies of copies multiply without end; copies of what is drawn do not."""
    use = f"{{{_NAMESPACE}}}use"
    copied = {each.get("href", "").removeprefix("#") for each in root.iter(use)}
    for each in root.iter():
        if each.get("id") in copied and next(each.iter(use), None) is not None:
            raise Invalid("This SVG is built of copies of copies. Export it as plain SVG.")
