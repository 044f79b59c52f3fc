"""What people send: photos that are drawn anew, slides that are told by their bytes, iDs that check themselves."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from eventsvc import stores
from eventsvc.extensions import db
from eventsvc.programme import orcid, portraits, sweeping
from eventsvc.programme.errors import BadPhoto
from eventsvc.programme.models import Speaker
from tests.files import a_photo, the_head_of_a_picture


def with_exif(orientation: int = 1) -> bytes:
    """A photo that says where it was taken, with which camera, and how it was held."""
    exif = Image.Exif()
    exif[Base.Orientation], exif[Base.Make] = orientation, "Secret camera"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (52.0, 9.0, 30.0)
    return a_photo(exif=exif, comment=b"a secret comment", icc_profile=b"a secret profile")


def test_a_photo_comes_out_without_place_camera_or_comment() -> None:
    sent = with_exif()
    assert Image.open(BytesIO(sent)).getexif().get_ifd(IFD.GPSInfo)

    kept = portraits.drawn(sent)

    photo = Image.open(BytesIO(kept))
    assert (photo.format, photo.size, dict(photo.getexif())) == ("JPEG", (640, 427), {})
    assert set(photo.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    assert b"ecret" not in kept


def test_a_photo_that_was_held_on_its_side_stands_upright() -> None:
    photo = Image.open(BytesIO(portraits.drawn(with_exif(orientation=6))))

    assert photo.size == (427, 640)
    top, bottom = (bytes(photo.crop((200, y, 201, y + 1)).tobytes()) for y in (20, 620))
    assert top[0] > 150 > top[2] and bottom[2] > 150 > bottom[0]


def test_of_a_moving_picture_the_first_is_kept_and_what_is_clear_is_white() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    body = BytesIO()
    clear.save(body, "WEBP", save_all=True, append_images=[Image.new("RGBA", (40, 40), (9, 9, 9, 255))])

    photo = Image.open(BytesIO(portraits.drawn(body.getvalue())))

    assert photo.getpixel((20, 20)) == (255, 255, 255)
    assert getattr(photo, "n_frames", 1) == 1


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "no photo that we can read"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "no photo that we can read"),
        (b"", "no photo that we can read"),
        (a_photo()[:500], "no photo that we can read"),
        (a_photo("TIFF"), "no photo that we can read"),
        (the_head_of_a_picture(7_000, 7_000), "more than 40 million pixels"),
        (the_head_of_a_picture(20_000, 10_000), "more than 50 million pixels"),
        (b"\xff\xd8\xff" + bytes(portraits.MOST_BYTES), "A photo may have 10 MB"),
    ],
    ids=["svg", "html", "empty", "cut", "tiff", "large", "bomb", "long"],
)
def test_what_is_no_photo_is_refused_with_a_sentence(app: Flask, sent: bytes, sentence: str) -> None:
    with pytest.raises(BadPhoto) as refused:
        portraits.drawn(sent)

    assert sentence in str(refused.value.sentence)


@pytest.mark.parametrize(
    "typed",
    ["0000-0002-1825-0097", "https://orcid.org/0000-0002-1694-233X", "0000000216942 33x", " 0000-0001-5109-3700 "],
)
def test_an_orcid_is_read_however_it_is_written(typed: str) -> None:
    read = orcid.read(typed)

    assert read and len(read) == 19 and read[4] == read[9] == read[14] == "-"


@pytest.mark.parametrize("typed", ["0000-0002-1825-0098", "0000-0002-1694-2330", "0000-0002-1825-009", "X" * 16, ""])
def test_an_orcid_with_a_wrong_digit_is_none(typed: str) -> None:
    assert orcid.read(typed) is None


def test_what_no_row_names_is_forgotten_after_a_day_and_what_one_names_is_kept(app: Flask) -> None:
    named, left = stores.keep(stores.PHOTOS, b"a photo"), stores.keep(stores.PHOTOS, b"another")
    db.session.add(Speaker(name="Sam", photo_digest=named))
    db.session.commit()
    kept_at = dict(stores.kept(stores.PHOTOS))[left]

    sweeping.sweep(at=kept_at + timedelta(hours=23))
    assert stores.found(stores.PHOTOS, left) is not None
    sweeping.sweep(at=kept_at + timedelta(hours=25))
    assert stores.found(stores.PHOTOS, left) is None
    assert stores.found(stores.PHOTOS, named) is not None
