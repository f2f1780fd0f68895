"""Pictures from outside: good ones, odd ones, hostile ones."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from cifar_core.data.upload import MAX_BYTES, UploadError, read_upload


def encode(picture, kind="PNG", **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def gradient(width=64, height=64):
    rows, columns = np.mgrid[:height, :width]
    return Image.fromarray(np.stack([rows % 256, columns % 256, (rows + columns) % 256], axis=2).astype(np.uint8))


def noise(width=40, height=40):
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_three_formats_are_taken(kind):
    upload = read_upload(encode(gradient(), kind))
    assert upload.image.shape == (3, 32, 32)
    assert upload.image.dtype == np.uint8
    assert upload.crop == (0, 0, 64, 64)
    assert upload.notes == ()


def test_a_small_picture_of_the_right_size_is_kept_to_the_pixel():
    picture = gradient(32, 32)
    assert np.array_equal(read_upload(encode(picture)).image, np.asarray(picture).transpose(2, 0, 1))


@pytest.mark.parametrize(("size", "crop"), [((960, 320), (160, 0, 320, 160)), ((300, 600), (0, 120, 240, 360))])
def test_the_central_square_is_kept_and_told(size, crop):
    upload = read_upload(encode(gradient(*size)))
    assert upload.crop == crop
    assert max(upload.preview.shape) == 480
    assert f"the central square of {size[0]}x{size[1]} pixels was kept" in upload.notes


def test_pictures_are_turned_upright():
    picture = Image.new("RGB", (64, 64), "white")
    picture.paste("red", (0, 0, 64, 16))  # red on top
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    image = read_upload(encode(picture, "JPEG", exif=exif, quality=95)).image
    assert image[0, 16, 28] > 200 > 100 > image[1, 16, 28]
    assert image[1, 16, 4] > 200
    assert "turned upright as its EXIF tag says" in read_upload(encode(picture, "JPEG", exif=exif)).notes


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_become_white(mode):
    picture = Image.new("RGBA", (40, 40), (255, 0, 0, 0)).convert(mode)
    options = {"transparency": picture.getpixel((0, 0))} if mode == "P" else {}
    upload = read_upload(encode(picture, "PNG", **options))
    assert (upload.image == 255).all()
    assert "transparent parts were put on white" in upload.notes


@pytest.mark.parametrize("mode", ["1", "L", "CMYK", "I;16"])
def test_other_colour_modes_become_three_colours(mode):
    picture = gradient().convert("L") if mode == "I;16" else gradient().convert(mode)
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(picture, np.uint16) * 200)
    upload = read_upload(encode(picture, "JPEG" if mode == "CMYK" else "PNG"))
    assert upload.image.shape == (3, 32, 32)
    assert upload.image.max() > 40


def test_a_tiny_picture_is_enlarged_and_says_so():
    assert "only 8 pixels wide: enlarged" in read_upload(encode(gradient(8, 8))).notes


def bomb(width, height):
    """A PNG that promises more pixels than it holds."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


WHOLE = encode(gradient(200, 200), "JPEG", quality=95)


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "not a picture that can be read; allowed: a JPEG, PNG or WebP picture"),
        (b"%PDF-1.7 and so on", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (encode(gradient(), "GIF"), "not a picture"),
        (encode(gradient(), "BMP"), "not a picture"),
        (WHOLE[: len(WHOLE) // 2], "broken or cut off"),
        (encode(noise())[:2000], "broken or cut off"),
        (encode(gradient(), "WEBP")[:-40], "broken or cut off|not a picture"),
        (bomb(20_000, 20_000), "allowed: up to 40 million"),
        (bomb(8_000, 8_000), "8000x8000 pixels; allowed: up to 40 million"),
        (bomb(100, 100), "broken or cut off"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "not a picture|broken"),
        (b"x" * (MAX_BYTES + 1), "file of 5.0 MB; allowed: up to 5 MB"),
    ],
    ids=[
        "empty",
        "pdf",
        "svg",
        "gif",
        "bmp",
        "half-jpeg",
        "half-png",
        "cut-webp",
        "bomb",
        "large",
        "lying",
        "junk",
        "big",
    ],
)
def test_hostile_files_are_refused_with_a_word(data, match):
    with pytest.raises(UploadError, match=match):
        read_upload(data)


def test_any_cut_through_a_picture_is_refused_or_whole():
    data = encode(noise())
    refused = 0
    for end in range(0, len(data), 97):
        try:
            found = read_upload(data[:end])
        except UploadError:
            refused += 1
        else:
            assert np.array_equal(found.image, read_upload(data).image)
    assert refused >= len(data) // 97 - 1
