"""Where files are kept: in a folder and in a bucket alike, each by a digest and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from eventsvc import stores
from eventsvc.stores import ANSWERS, FILES, PHOTOS, StoreAway
from tests import objects
from tests.files import content_of
from tests.objects import Bucket

MakeApp = Callable[..., Flask]


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """A server of objects, as S3 is one."""
    with objects.served() as served:
        yield served


@pytest.fixture(params=["folder", "bucket"])
def kept_there(request: pytest.FixtureRequest, make_app: MakeApp, bucket: Bucket) -> Iterator[None]:
    """An application that keeps its files in one of the two."""
    app = make_app(**(bucket.settings if request.param == "bucket" else {}))
    with app.app_context():
        yield


@pytest.mark.usefixtures("kept_there")
def test_bytes_are_kept_once_and_found_by_their_digest_only() -> None:
    one, again = stores.keep(FILES, b"slides"), stores.keep(FILES, b"slides")

    found = stores.found(FILES, one)
    assert (one, found.size, content_of(found)) == (again, 6, b"slides")
    assert stores.found(PHOTOS, one) is None
    assert stores.found(FILES, "../" + one) is None
    assert [digest for digest, _at in stores.kept(FILES)] == [one]
    assert list(stores.kept(PHOTOS)) == []
    stores.drop(FILES, one)
    stores.drop(FILES, one)
    assert stores.found(FILES, one) is None


@pytest.mark.usefixtures("kept_there")
def test_what_is_kept_apart_goes_alone() -> None:
    one, other = (stores.keep(ANSWERS, b"the same", apart=word) for word in ("Ada's", "Eve's"))

    stores.drop(ANSWERS, one)

    assert (stores.found(ANSWERS, one), content_of(stores.found(ANSWERS, other))) == (None, b"the same")


@pytest.mark.usefixtures("kept_there")
def test_a_large_file_comes_back_as_it_was() -> None:
    content = bytes(range(256)) * 40_000

    digest = stores.keep(ANSWERS, content)

    assert content_of(stores.found(ANSWERS, digest)) == content


def test_a_bucket_is_asked_with_a_signature_and_below_its_prefix(make_app: MakeApp, bucket: Bucket) -> None:
    with make_app(**bucket.settings).app_context():
        digest = stores.keep(ANSWERS, b"a file")

    assert list(bucket.objects) == [f"office/answers/{digest}"]
    with make_app(**bucket.settings | {"STORE_SECRET_KEY": "guessed"}).app_context(), pytest.raises(StoreAway):
        stores.found(ANSWERS, digest)


def test_a_bucket_that_does_not_answer_is_a_no_with_a_sentence(make_app: MakeApp, bucket: Bucket) -> None:
    with make_app(**bucket.settings).app_context():
        digest = stores.keep(ANSWERS, b"a file")
        bucket.says = 503

        for ask in (
            lambda: stores.keep(ANSWERS, b"another"),
            lambda: stores.found(ANSWERS, digest),
            lambda: list(stores.kept(ANSWERS)),
            lambda: stores.drop(ANSWERS, digest),
        ):
            with pytest.raises(StoreAway) as refused:
                ask()
            assert refused.value.status == 503


def test_a_folder_that_cannot_be_written_is_a_no_with_a_sentence(make_app: MakeApp, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")

    with make_app(STORE_URL="taken").app_context(), pytest.raises(StoreAway):
        stores.keep(ANSWERS, b"a file")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (None, "/srv/instance"),
        ("files", "/srv/instance/files"),
        ("/srv/files", "/srv/files"),
        ("file:///srv/our%20files", "/srv/our files"),
        ("s3://files", "s3://files at Amazon"),
        (
            "s3://files/office/?endpoint=https://s3.example.org/&region=eu",
            "s3://files/office at https://s3.example.org",
        ),
    ],
)
def test_the_setting_names_a_folder_or_a_bucket(url: str | None, place: str) -> None:
    assert str(stores.read(url, "/srv/instance")) == place


@pytest.mark.parametrize(
    "url", ["s3://", "ftp://files", "s3://files?endpoint=s3.example.org", "s3://files?secret=s", "file://host/files"]
)
def test_a_setting_that_names_neither_stops_the_start(make_app: MakeApp, url: str) -> None:
    with pytest.raises(ValueError, match="STORE_URL must be"):
        make_app(STORE_URL=url)


def test_what_a_bucket_stands_on_is_loaded_by_nobody_else(tmp_path: Path) -> None:
    asked = (
        "import sys; from eventsvc import create_app, stores\n"
        f"app = create_app({{'INSTANCE_PATH': {str(tmp_path)!r}, 'SECRET_KEY': 's' * 40}})\n"
        "with app.app_context(): stores.try_out()\n"
        "print('obstore' in sys.modules, 'eventsvc.buckets' in sys.modules)"
    )

    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert answer.stdout.split() == ["False", "False"]
