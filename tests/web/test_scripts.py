"""A page of the authoring area runs one file of ours, which any process can send."""

import re

import pytest

from blogapp import create_app
from blogapp.site.theme import read_theme

PART = re.compile(r'import\("\./([\w.-]+)"\)\.then')


@pytest.fixture
def script(author):
    """The address of the one script that the editor's page names."""

    def find(client=author):
        page = client.page("/write/posts/new")
        (address,) = [tag["src"] for tag in page.select("script[src]")]
        return address

    return find


def test_the_editor_runs_one_file_and_loads_another_on_demand(author, script):
    text = author.get(script()).text

    (part,) = [name for name in PART.findall(text) if "code-surface" in name]
    answer = author.get(f"/static/js/joined/{part}")
    assert 'customElements.define("draft-keeper"' in text
    assert "EditorView.theme(" not in text
    assert "EditorView.theme(" in answer.text
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_process_that_made_nothing_sends_the_same_files(author, script, config):
    text = author.get(script()).text

    other = create_app(config).test_client()
    for part in PART.findall(text):
        address = f"/static/js/joined/{part}"
        assert other.get(address).text == author.get(address).text != ""
    assert other.get(script()).text == text
    assert other.get("/static/js/joined/nothing.js").status_code == 404
    assert other.get("/static/js/joined/editor-nothing.js").status_code == 404


def test_in_development_each_module_comes_by_itself(app, author, script):
    app.debug = True

    address = script()

    assert address.startswith("/static/js/pages/editor.")
    assert 'import "../elements/draft-keeper.' in author.get(address).text


def test_a_theme_whose_module_cannot_be_joined_is_sent_in_its_modules(app, config, script, caplog):
    place = config.INSTANCE / "theme" / "static" / "js" / "elements"
    place.mkdir(parents=True)
    (place / "find-bar.js").write_text("export default class {}\n")
    app.extensions["theme"] = read_theme(config.INSTANCE / "theme")

    address = script()

    assert address.startswith("/static/js/pages/editor.")
    assert "elements/find-bar.js: export default class {}" in caplog.text
