"""A picture as coloured half blocks: two pixels a cell. Pillow decodes it, where it is installed.

Whoever made a picture may mean harm, so only the formats that are named here are tried, and one
with more pixels than a limit is not decoded.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from tui.artifacts.base import StoreError

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MOST_PIXELS = 50_000_000
MOST_BYTES = 32 << 20
"""Bytes of a picture that is shown; larger ones are not read for that."""
EXTRA = "pip install 'argo-tui[pictures]' shows it"


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture made small."""

    width: int
    height: int
    data: bytes
    """Red, green and blue of each pixel, line by line."""
    facts: str = ""
    """`PNG, 640 × 480`."""

    def at(self, x: int, y: int) -> tuple[int, int, int]:
        """Red, green and blue of a pixel."""
        start = (y * self.width + x) * 3
        red, green, blue = self.data[start : start + 3]
        return red, green, blue


def pixels(data: bytes, width: int, height: int) -> Pixels:
    """A picture in at most so many pixels, on black where it is see-through.

    Raises: StoreError, "unsupported" where Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise StoreError("a picture", reason="unsupported", hint=EXTRA) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                facts = f"{image.format}, {image.width:,} × {image.height:,}"
                if image.width * image.height > MOST_PIXELS:
                    raise StoreError(f"a picture of {facts} is too large to show")
                image.draft("RGB", (width, height))
                made = image.convert("RGBA")
                made.thumbnail((max(1, width), max(1, height)))
                ground = Image.new("RGBA", made.size, (0, 0, 0, 255))
                ground.alpha_composite(made)
                small = ground.convert("RGB")
                return Pixels(small.width, small.height, small.tobytes(), facts)
    except StoreError:
        raise
    except Exception as error:  # whatever a decoder says of a file that is broken or hostile
        raise StoreError("a picture that cannot be read", hint=f"{error}"[:120]) from error
