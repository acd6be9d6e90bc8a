"""Hugo and Jekyll build an export as it stands, where they are installed."""

import re
import shutil
import subprocess
import tomllib

import pytest
import yaml

from tests.exporting.conftest import content

SHORTCODES = "Use `{{< gist 7 >}}` and {{% note %}} and {{</ note >}}. {% raw %} {{ page.title }}\n"


@pytest.fixture
def blog(make_post, make_picture):
    """Posts with pictures, and with all that the two generators might take for their own."""
    pictures = {"a b.png": make_picture("blue"), "images/Map.png": make_picture("red")}
    body = (
        '![A map](images/Map.png)\n\n<img src="images/Map.png" alt="">\n\n[File](images/Map.png)\n'
    )
    make_post("With pictures", slug="With-Pictures", body=body, tags=["C++", "a: b"])
    attach("With-Pictures", pictures)
    make_post("Braces", body=SHORTCODES, tags=["x"])
    make_post("Draft", published_at=None)
    make_post("Gone", unlisted=True)
    make_post("Imprint", is_page=True, body=SHORTCODES)
    make_post("About", is_page=True, body="Who we are.")


@pytest.fixture
def make_picture(store):
    from io import BytesIO

    from PIL import Image

    from blogapp.media.storing import store_image
    from tests.exporting.conftest import NOW

    def make(colour):
        out = BytesIO()
        Image.new("RGB", (3, 2), colour).save(out, "PNG")
        return store_image(out.getvalue(), f"{colour}.png", store=store, now=NOW)

    return make


def attach(slug, pictures):
    from blogapp.extensions import db
    from blogapp.posts.models import Post, PostMedia

    post = db.session.query(Post).filter_by(slug=slug).one()
    rows = [PostMedia(post_id=post.id, name=name, media_id=m.id) for name, m in pictures.items()]
    db.session.add_all(rows)
    db.session.commit()


def test_settings_say_where_things_are(blog, write_out):
    folder = write_out()
    jekyll = yaml.safe_load((folder / "_config.yml").read_text())
    hugo = tomllib.loads((folder / "hugo.toml").read_text())

    assert jekyll["permalink"] == "/posts/:title"
    assert all(not each["values"]["render_with_liquid"] for each in jekyll["defaults"])
    assert hugo["permalinks"] == {"posts": "/posts/:slug", "pages": "/pages/:slug"}
    left_out = {m["source"]: m.get("excludeFiles") for m in hugo["module"]["mounts"]}
    assert left_out["_posts"] == ["2026-01-01-braces.md"]
    assert left_out["pages"] == ["imprint.md"]
    files = content(folder)
    assert (
        b"source: _posts/2026-01-01-braces.md"
        in files["_hugo/content/posts/posts-2026-01-01-braces.md"]
    )
    assert len([path for path in files if path.startswith("media/")]) == 2


@pytest.mark.prove
@pytest.mark.skipif(not shutil.which("hugo"), reason="no hugo here: apt-get install hugo")
def test_hugo_builds_it(blog, write_out):
    folder = write_out()

    subprocess.run(["hugo", "--quiet"], cwd=folder, check=True, timeout=60)

    page = (folder / "public/posts/With-Pictures/index.html").read_text()
    assert shown(page) == {f"/media/{key(folder, 'red')}"}
    braces = (folder / "public/posts/braces/index.html").read_text()
    assert "{{&lt; gist 7 &gt;}}" in braces
    assert "{{% note %}}" in braces
    assert (folder / "public/about/index.html").is_file()
    assert (folder / "public/pages/imprint/index.html").is_file()
    assert not (folder / "public/posts/draft").exists()
    assert 'href="/posts/gone/"' not in (folder / "public/index.html").read_text()


@pytest.mark.prove
@pytest.mark.skipif(not shutil.which("jekyll"), reason="no jekyll here: apt-get install jekyll")
def test_jekyll_builds_it(blog, write_out):
    folder = write_out()

    subprocess.run(["jekyll", "build", "--quiet"], cwd=folder, check=True, timeout=60)

    page = (folder / "_site/posts/With-Pictures.html").read_text()
    assert shown(page) == {f"/media/{key(folder, 'red')}"}
    braces = (folder / "_site/posts/braces.html").read_text()
    assert "{{&lt; gist 7 &gt;}}" in braces
    assert "{% raw %} {{ page.title }}" in braces
    assert (folder / "_site/about.html").is_file()
    assert (folder / "_site/pages/imprint.html").is_file()
    assert not (folder / "_site/posts/draft.html").exists()
    assert not (folder / "_site/export.sha256").exists()


def shown(page):
    return set(re.findall(r'(?:src|href)="?(/media/[^" >]+)', page))


def key(folder, colour):
    [path] = folder.glob(f"media/*/{colour}.png")
    return path.relative_to(folder / "media").as_posix()
