"""Fetch the browser's libraries and the PDFs' fonts from npm, checked against a lock.

`python -m local.vendor` restores what `static/vendor/VERSIONS` names; `--lock` rewrites that
file after a version was changed in PACKAGES below. Standard library only.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import re
import struct
import sys
import tarfile
import urllib.request
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

REGISTRY = "https://registry.npmjs.org"
ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
FONTS = ROOT / "app" / "reports" / "pdf" / "fonts"
LOCK = STATIC / "vendor" / "VERSIONS"
SPRITE = "icons.svg"


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package, and where files of it go below `into`."""

    name: str
    version: str
    files: dict[str, str] = field(default_factory=dict)
    into: Path = STATIC


def _expo(family: str, version: str, *weights: str) -> Package:
    """A family of Google's fonts as TrueType, one file a weight."""
    name = family.replace(" ", "")
    files = {f"{each}/{name}_{each}.ttf": f"{name}-{each}.ttf" for each in weights}
    return Package(
        f"@expo-google-fonts/{family.lower().replace(' ', '-')}",
        version,
        {**files, "LICENSE_FONT": f"{name}-LICENSE.txt"},
        FONTS,
    )


def _fontsource(script: str) -> Package:
    """A Noto Sans of one script, whose npm package has it as WOFF."""
    slug, name = f"noto-sans-{script}", "NotoSans" + script.title().replace("-", "")
    part = "symbols" if script == "symbols-2" else script
    files = {f"files/{slug}-{part}-400-normal.woff": f"{name}-400Regular.ttf"}
    return Package(
        f"@fontsource/{slug}", "5.3.0", {**files, "LICENSE": f"{name}-LICENSE.txt"}, FONTS
    )


SCRIPTS = (
    "armenian bengali ethiopic georgian gujarati gurmukhi hebrew kannada malayalam myanmar oriya "
    "sinhala symbols-2 tamil telugu thaana"
).split()

PACKAGES = (
    Package(
        "@tabler/core",
        "1.6.1",
        {"dist/css/tabler.min.css": "vendor/tabler/tabler.min.css"},
    ),
    Package(
        "htmx.org",
        "4.0.1",
        {"dist/htmx.min.js": "vendor/htmx/htmx.min.js", "LICENSE": "vendor/htmx/LICENSE"},
    ),
    Package(
        "plotly.js-basic-dist-min",
        "4.1.1",
        {
            "plotly-basic.min.js": "vendor/plotly/plotly-basic.min.js",
            "LICENSE": "vendor/plotly/LICENSE",
        },
    ),
    Package("plotly.js", "4.1.1", {"dist/plotly.css": "vendor/plotly/plotly.css"}),
    Package(
        "@fontsource-variable/inter",
        "5.3.0",
        {
            "files/inter-latin-wght-normal.woff2": "vendor/inter/inter-latin.woff2",
            "files/inter-latin-ext-wght-normal.woff2": "vendor/inter/inter-latin-ext.woff2",
            "LICENSE": "vendor/inter/LICENSE",
        },
    ),
    Package("@tabler/icons", "3.51.0", {"LICENSE": "vendor/icons/LICENSE"}),
    _expo("Inter", "0.4.2", "400Regular", "600SemiBold"),
    _expo("Noto Sans Arabic", "0.4.3", "400Regular", "600SemiBold"),
    _expo("Noto Sans Devanagari", "0.4.1", "400Regular", "600SemiBold"),
    _expo("Noto Sans Thai", "0.4.2", "400Regular", "600SemiBold"),
    _expo("Noto Sans Khmer", "0.4.3", "400Regular"),
    _expo("Noto Sans Lao", "0.4.2", "400Regular"),
    _expo("Noto Sans JP", "0.4.3", "400Regular"),
    _expo("Noto Sans KR", "0.4.3", "400Regular"),
    _expo("Noto Sans SC", "0.4.3", "400Regular"),
    _expo("Noto Emoji", "0.4.7", "400Regular"),
    *(_fontsource(each) for each in SCRIPTS),
)

ICONS = Path(__file__).with_name("icons.txt").read_text(encoding="utf-8").split()


def main() -> None:
    """Fetch every package; exit with a sentence when a hash is not the locked one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", action="store_true", help="write the lock anew")
    arguments = parser.parse_args()
    locked = {} if arguments.lock else json.loads(LOCK.read_text(encoding="utf-8"))
    found = {package.name: _fetch(package, locked.get(package.name)) for package in PACKAGES}
    if arguments.lock:
        LOCK.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(found)} packages are in {STATIC} and {FONTS}.\n")


def _fetch(package: Package, locked: dict[str, object] | None) -> dict[str, object]:
    """Download, check and unpack one package; returns its entry for the lock."""
    archive = tarball(package)
    entry: dict[str, object] = {"version": package.version, "tarball": digest(archive)}
    if locked is not None and {key: locked.get(key) for key in entry} != entry:
        sys.exit(
            f"{package.name} {package.version} is not what {LOCK.name} locks. Nothing of it was "
            "written. If you changed its version, run `python -m local.vendor --lock`."
        )
    contents = _unpack(archive, package)
    for path, content in contents.items():
        target = package.into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return entry | {"files": {path: digest(content) for path, content in contents.items()}}


def tarball(package: Package) -> bytes:
    """The package as the npm registry hands it out, unchecked."""
    base = package.name.rpartition("/")[2]
    url = f"{REGISTRY}/{quote(package.name, safe='@/')}/-/{base}-{package.version}.tgz"
    with urllib.request.urlopen(url, timeout=120) as answer:  # noqa: S310 (a fixed https address)
        body: bytes = answer.read()
    return body


def _unpack(archive: bytes, package: Package) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        contents = {
            target: _member(tar, f"package/{source}") for source, target in package.files.items()
        }
        for source, target in package.files.items():
            if source.endswith(".woff"):
                contents[target] = opentype(contents[target])
        if package.name == "@tabler/icons":
            symbols = [
                _symbol(name, _member(tar, f"package/icons/outline/{name}.svg").decode())
                for name in ICONS
            ]
            contents[SPRITE] = _sprite(symbols)
    return contents


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    stream = tar.extractfile(name)
    if stream is None:
        sys.exit(f"{name} is not a file in its package.")
    return stream.read()


def opentype(woff: bytes) -> bytes:
    """The font inside a WOFF 1.0 file (W3C Recommendation, section 5)."""
    flavour, count = woff[4:8], int.from_bytes(woff[12:14])
    power = count.bit_length() - 1
    header = struct.pack(">4sHHHH", flavour, count, 16 << power, power, 16 * count - (16 << power))
    tables, entries, at = [], [], 12 + 16 * count
    for index in range(count):
        tag, offset, packed, length, checksum = struct.unpack_from(">4sIIII", woff, 44 + 20 * index)
        table = woff[offset : offset + packed]
        table = zlib.decompress(table) if packed < length else table
        entries.append(struct.pack(">4sIII", tag, checksum, at, length))
        tables.append(table + bytes(-length % 4))
        at += len(tables[-1])
    return b"".join((header, *entries, *tables))


def _symbol(name: str, svg: str) -> str:
    """One icon as a `<symbol>`; without the invisible bounding box Tabler draws first."""
    body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    shapes = [line.strip() for line in body.splitlines() if line.strip()]
    kept = "".join(shape for shape in shapes if 'd="M0 0h24v24H0z"' not in shape)
    return f'<symbol id="{name}" viewBox="0 0 24 24">{re.sub(r" />", "/>", kept)}</symbol>'


def _sprite(symbols: list[str]) -> bytes:
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""]
    return "\n".join(lines).encode()


def digest(content: bytes) -> str:
    """SHA-512 in the form npm writes it, so the lock can be compared with `npm view`."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


if __name__ == "__main__":
    main()
