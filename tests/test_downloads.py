"""Files that go out: as attachments under their right name, in parts where asked, and that come in; both with signs of life."""

from __future__ import annotations

import pytest
from flask import Flask, Response

from eventsvc import downloads, pulse, web
from eventsvc.stores import Found

CONTENT = bytes(range(200))
FOUND = Found(200, lambda: iter([CONTENT[:100], CONTENT[100:]]))


def answered(app: Flask, **headers: str) -> Response:
    with app.test_request_context("/", headers=headers):
        response = downloads.attachment(FOUND, "application/pdf", "cv.pdf")
        response.get_data()
        return response


def test_a_file_is_an_attachment_that_runs_nothing(app: Flask) -> None:
    response = answered(app)

    assert (response.status_code, response.data, response.content_length) == (200, CONTENT, 200)
    assert response.headers["Content-Disposition"] == 'attachment; filename="cv.pdf"'
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_download_that_broke_off_goes_on_where_it_was(app: Flask) -> None:
    response = answered(app, Range="bytes=150-")

    assert (response.status_code, response.data) == (206, CONTENT[150:])
    assert response.headers["Content-Range"] == "bytes 150-199/200"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("cv.pdf", 'attachment; filename="cv.pdf"'),
        ("my cv.pdf", 'attachment; filename="my cv.pdf"'),
        ("résumé.pdf", "attachment; filename=\"resume.pdf\"; filename*=UTF-8''r%C3%A9sum%C3%A9.pdf"),
        ("履歴書.pdf", "attachment; filename=\"file.pdf\"; filename*=UTF-8''%E5%B1%A5%E6%AD%B4%E6%9B%B8.pdf"),
        ('a"b\\c%41.pdf', "attachment; filename=\"abc41.pdf\"; filename*=UTF-8''a%22b%5Cc%2541.pdf"),
        ("a'b(c).pdf", 'attachment; filename="a\'b(c).pdf"'),
    ],
)
def test_an_attachment_has_its_name_in_full_and_one_in_ascii(name: str, header: str) -> None:
    assert downloads.disposition(name) == header


@pytest.fixture
def beats(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The signs of life that were given."""
    given: list[str] = []
    monkeypatch.setattr(app, "extensions", app.extensions.copy())
    pulse.watch(app, lambda: given.append("here"))
    return given


def test_a_long_download_gives_signs_of_life_and_a_short_one_none(app: Flask, beats: list[str]) -> None:
    answered(app)
    assert beats == []

    assert list(pulse.beating([bytes(pulse.EVERY // 2)] * 5)) == [bytes(pulse.EVERY // 2)] * 5

    assert len(beats) == 2


def test_a_file_that_is_too_large_is_read_to_its_end_and_not_kept(app: Flask, beats: list[str]) -> None:
    body = (
        b'--cut\r\nContent-Disposition: form-data; name="file"; filename="film.mov"\r\n\r\n'
        + bytes(pulse.EVERY * 4)
        + b'\r\n--cut\r\nContent-Disposition: form-data; name="typed"\r\n\r\na long letter\r\n--cut--\r\n'
    )

    with app.test_request_context(
        "/", method="POST", data=body, content_type="multipart/form-data; boundary=cut"
    ) as asked:
        web.let_files_in(most=len(body), each=1000)
        typed, file = asked.request.form["typed"], asked.request.files["file"].read()

    assert (typed, len(file)) == ("a long letter", 1001)
    assert len(beats) >= 3
