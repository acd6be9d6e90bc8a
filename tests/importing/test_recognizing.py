"""What wrote an export is told by what is in it, whatever it is called."""

import pytest

from blogapp.importing.recognizing import recognize, suffix_of

ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><id>{id}</id></feed>'
FILES = {
    "wordpress": '<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/"></rss>',
    "feed": ATOM.format(id="https://example.org/"),
    "blogger": ATOM.format(id="tag:blogger.com,1999:blog-1"),
    "ghost": '{"db": [{"meta": {"exported_on": 1}, "data": {"posts": []}}]}',
    "beehiiv": "id,web_title,status,content_html\n",
    "substack": "post_id,post_date,is_published\n",
    "buttondown": "id,subject,publish_date\n",
    "medium": '<!DOCTYPE html><article class="h-entry"></article>',
    "": "%PDF-1.7",
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_told_by_its_beginning(tmp_path, kind):
    file = tmp_path / "upload"
    file.write_text(FILES[kind], encoding="utf-8-sig")

    assert recognize(file) == kind
    assert bool(suffix_of(file)) == bool(kind)


@pytest.mark.parametrize("kind", sorted(FILES.keys() - {""}))
def test_so_is_a_folder_at_any_depth(tmp_path, kind):
    folder = tmp_path / "site" / "export"
    folder.mkdir(parents=True)
    (folder / f"a{suffix_of_text(tmp_path, FILES[kind])}").write_text(FILES[kind])
    (folder / "picture.png").write_bytes(b"\x89PNG")

    assert recognize(tmp_path / "site") == kind


def suffix_of_text(folder, text):
    file = folder / "text"
    file.write_text(text)
    return suffix_of(file)


def test_a_site_of_markdown_stays_one_beside_an_old_export(tmp_path):
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_posts" / "2020-01-02-a.md").write_text("# A")
    (tmp_path / "old.xml").write_text(FILES["wordpress"])

    assert recognize(tmp_path) == "markdown"


def test_whatever_is_in_the_kits_is_told(shared):
    told = {folder.name: recognize(folder) for folder in (shared / "kits/importers").iterdir()}

    sites = {"eleventy": "markdown", "jekyll": "markdown"}
    assert told == {name: sites.get(name, name) for name in told}
