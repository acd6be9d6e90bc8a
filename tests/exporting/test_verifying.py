import pytest
from click.testing import CliRunner

from blogapp.cli import exporting
from blogapp.exporting.errors import BadExport
from blogapp.extensions import db


def test_the_first_difference_is_told_with_its_line_and_both_sides(make_post, write_out, verified):
    post = make_post("Caches lie", body="One.\nTwo.\nThree.")
    folder = write_out()
    post.body = "One.\nTWO.\nThree."
    db.session.commit()

    verdict = verified(folder)

    first = verdict.first
    assert first.path == "_posts/2026-01-01-caches-lie.md"
    lines = (folder / first.path).read_text().splitlines()
    if first.here.startswith("version"):
        assert lines[first.line - 1] == first.there
    else:
        assert (first.here, first.there) == ("TWO.", "Two.")
    assert (verdict.different, verdict.missing, verdict.surplus) == (2, 0, 0)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda path: path.unlink(), "a file that the export does not have"),
        (lambda path: path.write_bytes(path.read_bytes()[:-4]), "Text."),
        (lambda path: path.write_bytes(path.read_bytes() + b"\nMore."), "(the file has ended)"),
        (lambda path: path.write_bytes(b""), "---"),
    ],
    ids=["gone", "cut", "longer", "empty"],
)
def test_a_file_that_somebody_spoiled_is_found(make_post, write_out, verified, spoil, told):
    make_post("Caches lie")
    folder = write_out()
    spoil(folder / "_posts/2026-01-01-caches-lie.md")

    verdict = verified(folder)

    assert not verdict.is_equal
    assert verdict.first.path == "_posts/2026-01-01-caches-lie.md"
    assert verdict.first.here == told


def test_what_the_blog_has_not_any_more_is_counted(make_post, write_out, verified):
    post = make_post("Caches lie")
    folder = write_out()
    db.session.delete(post)
    db.session.commit()

    verdict = verified(folder)

    assert verdict.surplus == 1
    assert verdict.first.there == "a file that the blog does not have"


def test_a_folder_without_a_manifest_is_no_export(tmp_path, verified):
    with pytest.raises(BadExport, match="holds no export"):
        verified(tmp_path)


def test_the_command_ends_with_0_only_where_both_are_equal(app, make_post, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "opened_blog", lambda: _opened(app))
    post = make_post("Caches lie")
    run, folder = CliRunner().invoke, str(tmp_path / "out")

    assert run(exporting.export, [folder]).exit_code == 0
    equal = run(exporting.verify, [folder])
    post.title = "Caches tell"
    db.session.commit()
    other = run(exporting.verify, [folder])

    assert (equal.exit_code, other.exit_code) == (0, 1)
    assert "0 different, 0 missing in the export, 0 only there." in equal.output
    assert "title: Caches tell" in other.output
    assert "title: Caches lie" in other.output


class _opened:
    def __init__(self, app):
        self.app = app

    def __enter__(self):
        return self.app

    def __exit__(self, *error):
        db.session.rollback()


def test_a_long_line_is_shown_where_it_differs_and_harms_no_terminal(
    make_post, write_out, verified
):
    make_post("Caches lie", body=f"{'a' * 400} One. {'b' * 400}")
    folder = write_out()
    path = folder / "_posts/2026-01-01-caches-lie.md"
    path.write_bytes(path.read_bytes().replace(b"One", b"\x89\x1b[2JTwo"))

    first = verified(folder).first

    assert " One. bbb" in first.here
    assert r" \x89\x1b[2JTwo. bbb" in first.there
    assert len(first.here) == len(first.there) == 160
