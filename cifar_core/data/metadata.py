"""What a picture file says besides its pixels: left out where it is damaged, so that the picture still counts."""

import struct
import zlib

# All that a still PNG needs, its colours and which way is up; what makes it an animation is not among it.
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_CRITICAL = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_PNG_KEPT = (*_PNG_CRITICAL, b"tRNS", b"iCCP", b"sRGB", b"gAMA", b"eXIf")

DAMAGED_NOTE = "damaged data beside its pixels were ignored"

_JPEG_START = b"\xff\xd8"
_SCAN = 0xDA  # from here on a JPEG file is pixels
_JPEG_STANDALONE = (0x01, *range(0xD0, 0xD8))  # markers without a length
_JPEG_COLOURS = (0xE0, 0xEE)  # the segments, JFIF's and Adobe's, that say how colours are stored


def strip_png(data: bytes) -> tuple[bytes, list[str]]:
    """Return a PNG file with nothing but its still picture, and notes of what was left out and matters.

    What is not a chunk, as after a cut, stays as it is: whoever decodes the picture notices.
    """
    if not data.startswith(_PNG_START):
        return data, []
    view = memoryview(data)  # slices without copies
    parts: list[memoryview | bytes] = [_PNG_START]
    notes, place = [], len(_PNG_START)
    while place + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        chunk = view[place : place + 12 + length]
        place += 12 + length
        is_damaged = len(chunk) < 12 + length or struct.pack(">I", zlib.crc32(chunk[4:-4])) != chunk[-4:]
        if kind == b"acTL" and (is_damaged or length != 8 or not 1 <= struct.unpack_from(">I", chunk, 8)[0] < 2**31):
            notes.append("the header of its animation is damaged: its still picture was taken")
        elif kind == b"acTL" and struct.unpack_from(">I", chunk, 8)[0] > 1:
            notes.append("the first of its pictures was taken")
        elif kind in _PNG_KEPT and kind not in _PNG_CRITICAL and is_damaged:
            notes.append(DAMAGED_NOTE)
        elif kind in _PNG_KEPT or not _is_chunk_kind(kind):
            parts.append(chunk)
        if kind == b"IEND":
            break
    return b"".join(parts), list(dict.fromkeys(notes))


def strip_jpeg(data: bytes) -> bytes:
    """Return a JPEG file without its metadata: EXIF, colour profile, the directory of further pictures, comments."""
    parts, place = [_JPEG_START], len(_JPEG_START)
    for marker, begin, end in _jpeg_segments(data):
        if marker < 0xE0 or marker in _JPEG_COLOURS:
            parts.append(data[begin:end])
        place = end
    return b"".join([*parts, data[place:]])


def stores_scans_apart(data: bytes) -> bool:
    """Whether a JPEG file's first scan holds some of its colours only: a decoder then keeps all scans in memory."""
    place, num_colours = len(_JPEG_START), 1
    for marker, begin, end in _jpeg_segments(data):
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and end - begin > 9:
            num_colours = data[begin + 9]
        place = end
    return data[place : place + 2] == bytes([0xFF, _SCAN]) and data[place + 4 : place + 5] < bytes([num_colours])


def _is_chunk_kind(kind: bytes) -> bool:
    return kind.isalpha()


def _jpeg_segments(data: bytes) -> list[tuple[int, int, int]]:
    """Return (marker, begin, end) of each segment before the first scan, as far as they can be followed."""
    found, place = [], len(_JPEG_START)
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != _SCAN:
        marker = data[place + 1]
        if marker == 0xFF:  # fill bytes may stand before a marker
            end = place + 1
        elif marker in _JPEG_STANDALONE:
            end = place + 2
        else:
            end = place + 2 + struct.unpack_from(">H", data, place + 2)[0]
        if marker != 0xFF:
            found.append((marker, place, end))
        place = end
    return found
