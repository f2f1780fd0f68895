"""A picture file of any kind, decoded within bounded memory: upright, in three colours of sRGB, on white."""

import functools
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, JpegImagePlugin, UnidentifiedImageError, features

from cifar_core.data.metadata import DAMAGED_NOTE, stores_scans_apart, strip_jpeg, strip_png

MAX_PIXELS = 50_000_000
MAX_MEMORY = 170_000_000  # bytes while decoding; the file's own and the small results come on top
EXTENSIONS = ("jpg", "jpeg", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "avif", "heic", "heif")
ALLOWED = "allowed: a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC picture"

# Bytes a pixel while decoding: the picture itself, and what its decoder keeps beside it. Measured, but for HEIF's,
# which is taken to be as the largest, and part of TIFF's, for pictures in one strip.
_BYTES_PER_PIXEL = {"PNG": 4, "BMP": 4, "GIF": 4, "TIFF": 8.5, "WEBP": 13.9, "AVIF": 11.5, "HEIF": 13.9}
_PLAIN_PIXELS = 1_000_000  # larger pictures are reduced to about so many, by a whole factor
_SHORTEST_SIDE = 512  # but not below this
_STRIP_PIXELS = 1_000_000
_BACKGROUND = (255, 255, 255, 255)
_ORIENTATION = 0x0112
_BITS_PER_SAMPLE = 258
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PROFILE_MODES = {"RGB ": "RGB", "CMYK": "CMYK", "GRAY": "L"}
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")

# Two large pictures at once would take twice the memory.
_one_at_a_time = threading.Lock()


class UploadError(ValueError):
    """A file that is not taken; the message says what is wrong and what is allowed."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture.

    Attributes:
        pixels: RGB, upright, smaller than the file's by a whole factor if that is large.
        size: Width and height of the file's picture, upright.
        notes: What was done to it, in words.
    """

    pixels: Image.Image
    size: tuple[int, int]
    notes: tuple[str, ...]


def decode_picture(data: bytes) -> Picture:
    """Decode a file's first picture.

    Python's filters of warnings are the whole process's, so Pillow's warnings are left alone: what they warn of is
    checked here, before anything is unpacked.

    Raises:
        UploadError: It has too many pixels, is cut off, or is no picture.
    """
    with _one_at_a_time:
        try:
            return _decode(data)
        except UploadError:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise UploadError(f"too many pixels; allowed: up to {MAX_PIXELS // 10**6} million") from None
        except UnidentifiedImageError:
            raise UploadError(_say_unknown(data)) from None
        except Exception as error:
            # A damaged file can make a decoder fail in any way; whichever it was, there is no picture.
            raise UploadError(f"the picture is broken or cut off ({error}); {ALLOWED}") from error


def _decode(data: bytes) -> Picture:
    notes: list[str] = []
    with _open(data, notes) as opened:
        size = opened.size
        _check_size(opened, data)
        turn = _read_turn(opened, notes)
        factor = _factor(size)
        if isinstance(opened, JpegImagePlugin.JpegImageFile) and factor > 1:
            opened.draft(None, (size[0] // factor, size[1] // factor))
        if opened.format not in ("PNG", "JPEG") and getattr(opened, "n_frames", 1) > 1:
            notes.append("the first of its pictures was taken")
        opened.load()
        pixels = _convert_colours(_reduce(opened, notes), opened.info.get("icc_profile"), notes)
        if turn is not None:
            notes.append("turned upright as its EXIF tag says")
            if opened.format != "TIFF":  # which Pillow turned when it was loaded
                pixels = pixels.transpose(turn)
            size = size[::-1] if (pixels.width > pixels.height) != (size[0] > size[1]) else size
    return Picture(pixels, size, tuple(dict.fromkeys(notes)))


def _open(data: bytes, notes: list[str]) -> Image.Image:
    """Read a file's header, without what is damaged in it and not needed."""
    if data.startswith(b"\xff\xd8\xff"):
        try:  # not through Image.open, which would look for further pictures in the file
            return JpegImagePlugin.JpegImageFile(io.BytesIO(data))
        except Exception:
            # Whatever in the metadata it stumbled over: without them it may be read.
            opened = JpegImagePlugin.JpegImageFile(io.BytesIO(strip_jpeg(data)))
            notes.append(DAMAGED_NOTE)
            return opened
    data, found = strip_png(data)
    notes.extend(found)
    return Image.open(io.BytesIO(data), formats=_formats())


@functools.cache
def _formats() -> tuple[str, ...]:
    formats = ["PNG", "WEBP", "GIF", "BMP", "TIFF"]
    if features.check("avif"):
        formats.append("AVIF")
    if find_spec("pillow_heif"):
        import_module("pillow_heif").register_heif_opener()
        formats.append("HEIF")
    return tuple(formats)


def _say_unknown(data: bytes) -> str:
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS and "HEIF" not in _formats():
        return "a HEIC picture, which needs the package pillow-heif here; save it as JPEG, or install that package"
    return f"not a picture that can be read; {ALLOWED}"


def _check_size(opened: Image.Image, data: bytes) -> None:
    """Refuse by the header alone what would take too much memory."""
    width, height = opened.size
    kind = opened.format or ""
    if isinstance(opened, JpegImagePlugin.JpegImageFile):
        bytes_per_pixel = _jpeg_bytes_per_pixel(opened, data)
    else:
        bytes_per_pixel = _BYTES_PER_PIXEL.get(kind, max(_BYTES_PER_PIXEL.values()))
    copied = len(data) if kind == "PNG" else 0
    most = min(MAX_PIXELS, int((MAX_MEMORY - copied) / bytes_per_pixel))
    if width * height > most:
        kinds = "" if most == MAX_PIXELS else f" as {kind}, {MAX_PIXELS // 10**6} million as plain JPEG"
        raise UploadError(f"{width}x{height} pixels; allowed: up to {most // 10**6} million{kinds}")


def _jpeg_bytes_per_pixel(opened: JpegImagePlugin.JpegImageFile, data: bytes) -> float:
    """A JPEG that is stored in passes is kept whole in memory until the last one is there, two bytes a number."""
    if not (opened.info.get("progressive") or stores_scans_apart(data)):
        return 0.3  # decoded reduced, line by line
    areas = [across * down for _, across, down, *_ in opened.layer]
    return 0.3 + 2 * sum(areas) / max(areas)


def _read_turn(opened: Image.Image, notes: list[str]) -> Image.Transpose | None:
    """Return what makes the picture upright, None if it is."""
    try:
        if opened.info.get("exif"):
            Image.Exif().load(opened.info["exif"])  # once more: what opened it may have passed over an error
        orientation = opened.getexif().get(_ORIENTATION)
    except Exception:
        # A damaged EXIF block can fail in any way, and its picture is as good as before.
        notes.append("its EXIF data are damaged and were ignored")
        return None
    return _TURNS.get(orientation) if isinstance(orientation, int) else None


def _factor(size: tuple[int, int]) -> int:
    """By how much a picture is reduced, a whole number."""
    by_area = int((size[0] * size[1] / _PLAIN_PIXELS) ** 0.5)
    return max(1, min(by_area, min(size) // _SHORTEST_SIDE))


def _reduce(loaded: Image.Image, notes: list[str]) -> Image.Image:
    """Return the picture in L, RGB or CMYK and small enough, made strip by strip: no second copy of a large one."""
    factor = _factor(loaded.size)
    small: Image.Image | None = None
    for top, strip in _strips(loaded, factor):
        part = _flatten(strip, loaded, notes).reduce(factor)
        if small is None:
            small = Image.new(part.mode, (part.width, -(-loaded.height // factor)))
        small.paste(part, (0, top // factor))
    if small is None:
        raise UploadError(f"a picture without pixels; {ALLOWED}")
    return small


def _strips(loaded: Image.Image, factor: int) -> Iterator[tuple[int, Image.Image]]:
    height = max(1, _STRIP_PIXELS // (loaded.width * factor)) * factor
    for top in range(0, loaded.height, height):
        yield top, loaded.crop((0, top, loaded.width, min(top + height, loaded.height)))


def _flatten(strip: Image.Image, loaded: Image.Image, notes: list[str]) -> Image.Image:
    """Return a part of a picture on white, with 8 bits a colour, in L, RGB or CMYK."""
    if strip.mode.startswith("I") or strip.mode == "F":  # Pillow's own conversion would clip
        return Image.fromarray(_scale_to_bytes(np.asarray(strip), loaded))
    if strip.has_transparency_data:
        layer = strip.convert("RGBA")
        if layer.getchannel("A").getextrema()[0] != 255:
            notes.append("transparent parts were put on white")
        return Image.alpha_composite(Image.new("RGBA", layer.size, _BACKGROUND), layer).convert("RGB")
    if strip.mode in ("L", "RGB", "CMYK"):
        return strip
    return strip.convert("L" if strip.mode == "1" else "RGB")


def _scale_to_bytes(values: NDArray[np.generic], loaded: Image.Image) -> NDArray[np.uint8]:
    """Scale greys by what white is in their format, whichever is the brightest of this picture."""
    if loaded.mode == "F":
        white = 1.0
    else:
        bits = getattr(loaded, "tag_v2", {}).get(_BITS_PER_SAMPLE, (16,))
        white = float(2 ** min(int(bits[0]), 32) - 1)
    scaled = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=white, neginf=0.0) * np.float32(255 / white)
    return np.round(scaled.clip(0, 255)).astype(np.uint8)


def _convert_colours(picture: Image.Image, profile: bytes | None, notes: list[str]) -> Image.Image:
    """Return the picture in sRGB, from whichever colours its profile names."""
    if not profile:
        return picture.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = ImageCms.getProfileDescription(source).strip()
        if "sRGB" in name or _PROFILE_MODES.get(source.profile.xcolor_space) != picture.mode:
            return picture.convert("RGB")
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, AttributeError):
        notes.append("its colour profile is damaged and was ignored")
        return picture.convert("RGB")
    if converted is None:
        return picture.convert("RGB")
    notes.append(f"colours converted from {name or 'its profile'} to sRGB")
    return converted
