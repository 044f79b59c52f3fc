"""Templates are compiled once: by whoever asks first, for all that come after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask

from eventsvc import compiled


def with_a_cache(app: Flask, folder: Path) -> Flask:
    app.jinja_env.bytecode_cache = compiled.Compiled(folder)
    return app


def test_what_one_process_compiled_another_loads_before_it_is_asked(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    first = with_a_cache(make_app(), tmp_path / "kept")
    assert compiled.load(first) == 0
    first.test_client().get("/privacy")

    second = with_a_cache(make_app(), tmp_path / "kept")

    assert compiled.load(second) > 1
    assert any("site/privacy.html" in key for _loader, key in second.jinja_env.cache)


def test_a_template_that_was_changed_is_compiled_anew(app: Flask, tmp_path: Path) -> None:
    own = Flask("own", template_folder=str(tmp_path))
    page, kept = tmp_path / "page.html", tmp_path / "kept"
    page.write_text("before")
    with_a_cache(own, kept).jinja_env.get_template("page.html")
    page.write_text("after")

    another = with_a_cache(Flask("another", template_folder=str(tmp_path)), kept)

    assert another.jinja_env.get_template("page.html").render() == "after"


def test_where_nothing_can_be_kept_pages_are_answered_all_the_same(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    (tmp_path / "a file").touch()
    app = with_a_cache(make_app(), tmp_path / "a file" / "in the way")

    assert app.test_client().get("/privacy").status_code == 200


def test_each_application_keeps_them_in_its_own_folder(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app()

    compiled.bind(app)

    assert isinstance(app.jinja_env.bytecode_cache, compiled.Compiled)
    assert app.jinja_env.bytecode_cache.directory == str(tmp_path / compiled.FOLDER)
