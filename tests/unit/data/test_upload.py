"""Pictures from outside: good ones, odd ones, hostile ones."""

import io
import os
import re
import struct
import subprocess
import sys
import threading
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps, features

from cifar_core.data import picture as picture_module
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


KINDS = ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", *(["AVIF"] if features.check("avif") else [])]


@pytest.mark.parametrize("kind", KINDS)
def test_each_format_is_taken(kind):
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
        (b"", "not a picture that can be read; allowed: a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC picture"),
        (b"%PDF-1.7 and so on", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (WHOLE[: len(WHOLE) // 2], "broken or cut off"),
        (encode(noise())[:2000], "broken or cut off"),
        (encode(gradient(), "WEBP")[:-40], "broken or cut off|not a picture"),
        (bomb(20_000, 20_000), "allowed: up to 42 million as PNG|too many pixels; allowed: up to 50 million"),
        (bomb(8_000, 8_000), "8000x8000 pixels; allowed: up to 42 million as PNG"),
        (bomb(100, 100), "broken or cut off"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "not a picture|broken"),
        (b"x" * (MAX_BYTES + 1), "file of 25.0 MB; allowed: up to 25 MB"),
    ],
    ids=[
        "empty",
        "pdf",
        "svg",
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


# What Pillow warns of goes to the server's log; nothing here may turn it into an error, or silence it for all.
pillow_may_warn = pytest.mark.filterwarnings("default")


@pytest.mark.parametrize("kind", KINDS)
@pillow_may_warn
def test_any_cut_through_a_picture_is_refused_or_whole(kind):
    data = encode(noise(), kind)
    whole, refused = read_upload(data).image, 0
    ends = range(0, len(data), max(1, len(data) // 40))
    for end in ends:
        try:
            found = read_upload(data[:end])
        except UploadError:
            refused += 1
        else:
            assert np.array_equal(found.image, whole), end
    assert refused >= len(ends) - 1


def sources():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x011A] = 6, "Maker", 72.0
    second = gradient().rotate(90)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    several = {"save_all": True, "append_images": [second]}
    return {
        **{kind: encode(gradient(), kind) for kind in KINDS},
        "JPEG with EXIF": encode(gradient(), "JPEG", exif=exif, icc_profile=profile),
        "progressive": encode(gradient(), "JPEG", progressive=True, exif=exif),
        "MPO": encode(gradient(), "MPO", **several),
        "CMYK": encode(gradient().convert("CMYK"), "JPEG"),
        "APNG": encode(gradient(), "PNG", **several),
        "PNG with EXIF": encode(gradient(), "PNG", exif=exif, icc_profile=profile),
        "grey of 16 bits": encode(Image.fromarray(np.arange(4096, dtype=np.uint16).reshape(64, 64) * 16)),
        "animated WebP": encode(gradient(), "WEBP", **several),
        "animated GIF": encode(gradient(), "GIF", **several),
        "TIFF by LZW": encode(gradient(), "TIFF", compression="tiff_lzw"),
        "TIFF by JPEG": encode(gradient(), "TIFF", compression="jpeg"),
    }


SOURCES = sources()


@pytest.mark.parametrize("name", SOURCES)
@pillow_may_warn
def test_a_broken_file_is_a_picture_or_refused(name):
    generator, whole = np.random.default_rng(0), SOURCES[name]
    read_upload(whole)
    for turn in range(90):
        broken = bytearray(whole)
        if turn % 3 == 0:
            del broken[int(generator.integers(len(broken))) :]
        for _ in range(int(generator.integers(1, 6)) if turn % 3 else 0):
            broken[int(generator.integers(min(len(broken), 300 if turn % 3 == 1 else 10**9)))] = generator.integers(256)
        try:
            upload = read_upload(bytes(broken))
        except UploadError:
            continue
        assert upload.image.shape == (3, 32, 32)
        left, top, right, bottom = upload.crop
        assert 0 <= left < right <= upload.preview.shape[1]
        assert 0 <= top < bottom <= upload.preview.shape[0]


def exif_of(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 99])
def test_only_real_orientations_turn(kind, orientation):
    """As Pillow's own turning does."""
    picture = gradient(48, 64)
    picture.paste("red", (0, 0, 20, 10))
    data = encode(picture, kind, exif=exif_of(orientation), **({"quality": 95} if kind in ("JPEG", "WEBP") else {}))
    upload = read_upload(data)
    is_turned = 2 <= orientation <= 8
    assert ("turned upright as its EXIF tag says" in upload.notes) == is_turned
    assert upload.preview.shape[:2] == ((48, 64) if 5 <= orientation <= 8 else (64, 48))
    if kind == "PNG":
        expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        assert np.array_equal(upload.preview, np.asarray(expected))
    width, height = upload.preview.shape[1::-1]
    assert f"the central square of {width}x{height} pixels was kept" in upload.notes


@pillow_may_warn
def test_a_damaged_exif_block_is_a_note():
    data = bytearray(encode(gradient(), "JPEG", exif=exif_of(6)))
    place = data.index(b"Exif\0\0") + 6
    data[place : place + 4] = b"\xff\xff\xff\xff"
    upload = read_upload(bytes(data))
    assert "its EXIF data are damaged and were ignored" in upload.notes
    assert upload.image.shape == (3, 32, 32)


@pillow_may_warn
def test_damaged_chunks_beside_a_pngs_pixels_are_a_note():
    data = bytearray(encode(gradient(), "PNG", exif=exif_of(6)))
    data[data.index(b"eXIf") + 6] ^= 255
    upload = read_upload(bytes(data))
    assert upload.notes == ("damaged data beside its pixels were ignored",)
    assert np.array_equal(upload.image, read_upload(encode(gradient())).image)


@pytest.mark.parametrize("turn", range(40))
@pillow_may_warn
def test_damage_in_a_multi_picture_header_leaves_the_picture(turn):
    data = bytearray(SOURCES["MPO"])
    begin = data.index(b"MPF\0")
    data[begin + 4 + turn * 2] ^= 0xFF
    assert np.array_equal(read_upload(bytes(data)).image, read_upload(SOURCES["MPO"]).image)


def with_animation(frames, plays):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    data = encode(gradient())
    return data[:33] + chunk(b"acTL", struct.pack(">II", frames, plays)) + data[33:]


@pytest.mark.parametrize(("frames", "note"), [(0, "header"), (1, ""), (7, "the first"), (2**32 - 1, "header")])
def test_odd_counts_of_an_animated_png_are_notes(frames, note):
    upload = read_upload(with_animation(frames, 0))
    assert np.array_equal(upload.image, read_upload(encode(gradient())).image)
    assert len(upload.notes) == bool(note)
    assert note in "".join(upload.notes)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_opaque_animation_has_no_transparent_parts(kind):
    picture = Image.new("RGB", (40, 40), "red")
    data = encode(picture, kind, save_all=True, append_images=[Image.new("RGB", (40, 40), "blue")])
    upload = read_upload(data)
    assert upload.notes == ("the first of its pictures was taken",)
    assert upload.image[0].min() > 240


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_grey_of_16_bits_is_scaled_by_its_format_not_by_its_brightest_pixel(kind):
    values = np.full((40, 40), 38 * 257, np.uint16)
    values[:20] = 20 * 257
    upload = read_upload(encode(Image.fromarray(values), kind))
    assert upload.preview[5, 5].tolist() == [20, 20, 20]
    assert upload.preview[35, 5].tolist() == [38, 38, 38]


def test_numbers_with_a_point_are_read_from_0_to_1():
    values = np.full((40, 40), 0.5, np.float32)
    values[0, :3] = [np.nan, 7, -1]
    assert read_upload(encode(Image.fromarray(values), "TIFF")).preview[20, 20].tolist() == [128, 128, 128]


def test_wide_colours_are_converted_to_srgb():
    """The profile's red is another colour than sRGB's: swapped primaries show that it is followed."""
    profile = swapped_profile()
    upload = read_upload(encode(Image.new("RGB", (40, 40), (200, 30, 30)), "PNG", icc_profile=profile))
    red, green, _ = upload.image[:, 16, 16].tolist()
    assert green > 150 > red
    assert any(note.startswith("colours converted from") for note in upload.notes)


def swapped_profile():
    """SRGB's profile with red and green exchanged, and another name."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = data.replace(b"s\0R\0G\0B", b"w\0i\0d\0e")
    return data.replace(b"rXYZ", b"\0tmp").replace(b"gXYZ", b"rXYZ").replace(b"\0tmp", b"gXYZ")


def test_a_damaged_profile_is_a_note():
    upload = read_upload(encode(gradient(), "PNG", icc_profile=b"no profile at all"))
    assert upload.notes == ("its colour profile is damaged and was ignored",)


def test_srgb_pictures_stay_as_they_are():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    upload = read_upload(encode(gradient(32, 32), "PNG", icc_profile=profile))
    assert np.array_equal(upload.image, np.asarray(gradient(32, 32)).transpose(2, 0, 1))
    assert upload.notes == ()


@pytest.mark.parametrize("size", [(1, 5000), (5000, 1), (3, 4999), (4999, 2), (2, 1), (1, 1)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_any_shape_gives_a_crop(size, kind):
    upload = read_upload(encode(gradient(*size), kind))
    left, top, right, bottom = upload.crop
    assert 0 <= left < right <= upload.preview.shape[1]
    assert 0 <= top < bottom <= upload.preview.shape[0]
    assert max(upload.preview.shape) <= 3 * min(upload.preview.shape[:2])
    assert f"only {min(size)} pixel" in "".join(upload.notes)


def test_a_large_picture_is_what_it_is_when_reduced_at_once():
    picture = Image.effect_noise((300, 200), 80).resize((3000, 2000), Image.Resampling.BICUBIC).convert("RGB")
    square = picture.crop((500, 0, 2500, 2000)).resize((32, 32), Image.Resampling.LANCZOS)
    for kind in ("PNG", "JPEG"):
        upload = read_upload(encode(picture, kind, **({"quality": 95} if kind == "JPEG" else {})))
        difference = np.abs(upload.image.astype(int) - np.asarray(square).transpose(2, 0, 1))
        assert difference.mean() < 4
        assert "the central square of 3000x2000 pixels was kept" in upload.notes


MEASURE = """
import io, sys
from PIL import Image
from cifar_core.data.upload import UploadError, read_upload

def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024

small = io.BytesIO()
Image.new("RGB", (40, 40)).save(small, "PNG")
read_upload(small.getvalue())
data, before = open(sys.argv[1], "rb").read(), peak()
try:
    read_upload(data)
except UploadError as error:
    print(error)
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("size", "mode", "kind", "options"),
    [
        ((8000, 6250), "L", "JPEG", {}),
        ((7000, 6000), "RGBA", "PNG", {}),
        ((4000, 3000), "RGB", "WEBP", {"lossless": True}),
        ((4400, 4400), "RGB", "TIFF", {"compression": "tiff_lzw"}),
        ((12000, 12000), "1", "PNG", {}),
    ],
)
def test_memory_is_bounded(tmp_path, size, mode, kind, options):
    (tmp_path / "large").write_bytes(encode(Image.new(mode, size), kind, **options))
    command = [sys.executable, "-c", MEASURE, str(tmp_path / "large")]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": "."})
    assert float(answer.stdout.splitlines()[-1]) < 200
    assert ("allowed: up to" in answer.stdout) == (size == (12000, 12000))


def test_two_at_once_leave_the_filters_of_warnings_alone():
    before, found = list(warnings.filters), []
    threads = [threading.Thread(target=lambda: found.append(read_upload(WHOLE))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert warnings.filters == before


def test_one_is_decoded_at_a_time(monkeypatch):
    inside, most = [], []
    decode = picture_module._decode

    def watched(data):
        inside.append(1)
        most.append(len(inside))
        threading.Event().wait(0.02)
        try:
            return decode(data)
        finally:
            inside.pop()

    monkeypatch.setattr(picture_module, "_decode", watched)
    threads = [threading.Thread(target=read_upload, args=(WHOLE,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]


def test_a_heic_picture_is_read_or_its_reader_named():
    data = b"\0\0\0\x18ftypheic\0\0\0\0" + b"\0" * 40
    with pytest.raises(UploadError) as caught:
        read_upload(data)
    assert re.search("pillow-heif|not a picture|broken", str(caught.value))
