"""A blog whose files are in a bucket: what readers get, what authors see, what is where."""

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from urllib.request import urlopen

import pytest
from PIL import Image
from sqlalchemy import func, select

from blogapp.extensions import db
from blogapp.jobs.running import run_due_jobs
from blogapp.media.models import Media
from blogapp.media.storing import store_drawing, store_file, store_image
from blogapp.media.variants import plan_variants, variant_key
from blogapp.web.jobs import handlers
from tests.faulty import Faulty

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M0 0h9"/></svg>'
pytestmark = pytest.mark.usefixtures("in_bucket")


@pytest.fixture
def store(app):
    return app.extensions["media"]


@pytest.fixture
def keep(store):
    """Keep a file as a commit would: `keep(store_file, b"a", "a.txt")`."""

    def run(how, data, name):
        media = how(data, name, store=store, now=NOW)
        db.session.commit()
        return media

    return run


@pytest.fixture
def photograph():
    out = BytesIO()
    Image.effect_noise((700, 500), 90).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def keys(store):
    return sorted(entry.key for entry in store.list())


def test_an_upload_is_shown_made_smaller_replaced_and_purged_without_a_file_here(
    app, author, browser, store, photograph, clock
):
    author.post("/write/media", data={"files": (BytesIO(photograph), "noise.jpg")})
    media = db.session.scalar(select(Media))
    whole = browser.get(f"/media/{media.key}")
    assert hashlib.sha256(whole.data).hexdigest() == media.sha256
    variant = next(each for each in plan_variants(media) if each.name == "w480.webp")
    early = browser.get(f"/media/{variant_key(media.key, variant)}")
    assert (early.data, early.cache_control.max_age) == (whole.data, 60)

    run_due_jobs(handlers(app), clock.now(), most=10)

    db.session.refresh(media)
    small = browser.get(f"/media/{variant_key(media.key, variant)}")
    assert (small.content_type, small.status_code) == ("image/webp", 200)
    assert len(small.data) == media.variants["w480.webp"] < len(whole.data)
    assert len(keys(store)) == 1 + sum(size > 0 for size in media.variants.values())
    assert [path for path in app.config["MEDIA_FOLDER"].rglob("*") if path.is_file()] == []

    author.post(f"/write/media/{media.id}/deletion")
    clock.advance(days=8)
    run_due_jobs(handlers(app), clock.now(), most=10)
    assert keys(store) == []
    assert browser.get(f"/media/{media.key}").status_code == 404


def test_files_are_sent_whole_in_parts_and_not_again(keep, browser):
    data = bytes(range(256)) * 12_000
    media = keep(store_file, b"%PDF-" + data, "plan.pdf")
    address, size = f"/media/{media.key}", media.size

    for _ in range(2):  # as the view finds it, and as it is remembered
        whole = browser.get(address)
        part = browser.get(address, headers={"Range": "bytes=1500000-1500009"})
        end = browser.get(address, headers={"Range": "bytes=-4"})
        none = browser.get(address, headers={"Range": f"bytes={size}-"})
        again = browser.get(address, headers={"If-None-Match": whole.headers["ETag"]})
        head = browser.head(address)

        assert (whole.status_code, len(whole.data)) == (200, size)
        assert hashlib.sha256(whole.data).hexdigest() == media.sha256
        assert whole.headers["Content-Disposition"] == "attachment; filename=plan.pdf"
        assert whole.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "sandbox" in whole.headers["Content-Security-Policy"]
        assert (part.status_code, part.data) == (206, whole.data[1500000:1500010])
        assert part.headers["Content-Range"] == f"bytes 1500000-1500009/{size}"
        assert (end.status_code, end.data) == (206, whole.data[-4:])
        assert (none.status_code, none.headers["Content-Range"]) == (416, f"bytes */{size}")
        assert (again.status_code, again.data) == (304, b"")
        assert (head.headers["Content-Length"], head.data) == (str(size), b"")


def test_bytes_that_are_not_those_that_were_kept_reach_nobody_as_a_whole(keep, browser, store):
    small = keep(store_file, b"a,b\n" * 100, "a.csv")
    large = keep(store_file, b"%PDF-" + b"x" * 2_500_000, "b.pdf")
    store.write(small.key, b"x,y\n" * 100)
    store.write(large.key, b"%PDF-" + b"y" * 2_500_000)

    assert browser.get(f"/media/{small.key}").status_code == 503
    with pytest.raises(OSError, match="not what was kept"):
        browser.get(f"/media/{large.key}")

    store.write(small.key, b"a,b\n" * 100)
    assert browser.get(f"/media/{small.key}").status_code == 200
    store.write(large.key, b"%PDF-")
    assert browser.get(f"/media/{large.key}").status_code == 503


def test_icons_and_cards_are_made_here_of_a_logo_in_the_bucket(app, browser, store):
    from blogapp.site.models import Site

    out = BytesIO()
    Image.new("RGB", (80, 40), "green").save(out, "PNG")
    logo = store_image(out.getvalue(), "logo.png", store=store, now=NOW)
    db.session.add(Site(id=1, title="Plumbline", logo=logo))
    db.session.commit()
    (icon,) = browser.page("/").select("link[rel=apple-touch-icon]")

    icon = browser.get(icon["href"])

    assert (icon.status_code, icon.content_type) == (200, "image/png")
    here = app.config["MEDIA_FOLDER"]
    assert [path.parent.name for path in here.glob("nearby/*/*")] == ["logo"]
    # From here on nobody asks the bucket for it.
    store.delete(logo.key)
    card = browser.page("/").select_one("meta[property='og:image']")["content"]
    assert browser.get(card.removeprefix("http://127.0.0.1:8000")).content_type == "image/png"


def test_doctor_tries_the_bucket_and_leaves_nothing_there(app, store):
    from blogapp.cli.examining.stores import check_bucket

    tried, listed = check_bucket(app)

    assert tried == ("ok", f"bucket: {store.address} takes files, gives them back and lists them")
    # As everybody may in the store of the tests.
    assert listed[0] == "warning"
    assert "anybody can list the bucket" in listed[1]
    assert keys(store) == []


class TestThatIsAway:
    @pytest.fixture
    def faulty(self, bucket, settings):
        from dataclasses import replace

        with Faulty("127.0.0.1", int(bucket.endpoint.rpartition(":")[2])) as faulty:
            endpoint = f"http://{faulty.host}:{faulty.port}"
            settings["BUCKET"] = replace(bucket, endpoint=endpoint)
            yield faulty

    def test_pages_go_on_and_files_come_back(self, faulty, app, browser, keep, make_post):
        make_post("Hello")
        shown, other = keep(store_file, b"a,b\n" * 9, "a.csv"), keep(store_file, b"c\n", "c.csv")
        assert browser.get(f"/media/{shown.key}").status_code == 200
        faulty.mode = "refuse"

        away = browser.get(f"/media/{other.key}")
        ready = browser.get("/readyz")

        assert browser.page("/").select_one("h1")
        assert browser.get("/posts/hello").status_code == 200
        assert browser.get(f"/media/{shown.key}").status_code == 200
        assert (away.status_code, away.headers["Cache-Control"]) == (503, "no-store")
        assert int(away.headers["Retry-After"]) > 0
        assert ready.status_code == 200
        assert "media: degraded" in ready.text

        faulty.mode = "pass"
        app.extensions["media"].breaker.note_success()
        assert browser.get(f"/media/{other.key}").data == b"c\n"
        assert "media: ok" in browser.get("/readyz").text

    def test_an_upload_leaves_nothing_half_and_the_text_as_it_was(
        self, faulty, app, author, make_post, photograph, store
    ):
        draft = make_post("Draft", body="As saved.", published_at=None, authors=[author.author])
        faulty.mode = "refuse"
        typed = {"title": "Draft", "body": "As typed.", "version": str(draft.version)}

        sent = author.post(
            f"/write/posts/{draft.id}/images",
            data={**typed, "image": (BytesIO(photograph), "a.jpg"), "alt": "Noise"},
        )
        alone = author.post("/write/media", data={"files": (BytesIO(photograph), "a.jpg")})

        assert sent.status_code == 422
        assert "As typed." in sent.text
        assert "does not answer" in sent.text
        assert alone.status_code == 303
        assert "does not answer" in author.get("/write/media").text
        assert db.session.scalar(select(func.count(Media.id))) == 0
        db.session.refresh(draft)
        assert draft.body == "As saved."

        faulty.mode = "pass"
        store.breaker.note_success()
        assert keys(store) == []

    def test_what_arrived_in_parts_is_still_there_when_the_store_is_back(
        self, faulty, author, store
    ):
        token = "01234567-89ab-4def-8123-456789abcdef"
        author.post(f"/write/media/uploads/{token}?start=0", data=b"a,b\n")
        faulty.mode = "refuse"

        words = {"name": "a.csv", "size": "4"}
        away = author.post(f"/write/media/uploads/{token}/completion", data=words)

        assert away.status_code == 503
        faulty.mode = "pass"
        store.breaker.note_success()
        done = author.post(f"/write/media/uploads/{token}/completion", data=words)
        assert done.status_code == 201
        assert store.read(keys(store)[0]) == b"a,b\n"


class TestHandingOut:
    """By addresses of the bucket: the blog only tells where a file is."""

    @pytest.fixture
    def serving(self):
        return "https://files.example.com/blog"

    @pytest.fixture(autouse=True)
    def chosen(self, in_bucket, settings, serving):
        settings["MEDIA_SERVING"] = serving

    def test_a_public_address_is_led_to_and_pages_may_show_it(self, keep, browser):
        media, drawing = keep(store_file, b"a,b\n", "a.csv"), keep(store_drawing, SVG, "plan.svg")

        for _ in range(2):  # as the view finds it, and as it is remembered
            led = browser.get(f"/media/{media.key}")
            assert led.status_code == 302
            assert led.headers["Location"] == f"https://files.example.com/blog/{media.key}"
            assert led.headers["Cache-Control"] == "public, max-age=86400"
        # Only the blog says what a drawing may do.
        assert browser.get(f"/media/{drawing.key}").data == SVG
        policy = browser.get("/").headers["Content-Security-Policy"]
        assert "img-src 'self' data: https://files.example.com;" in policy
        assert "media-src 'self' https://files.example.com;" in policy
        assert "script-src 'self' https" not in policy

    def test_what_is_still_to_be_made_leads_to_the_file_itself_for_a_moment(
        self, author, browser, photograph
    ):
        author.post("/write/media", data={"files": (BytesIO(photograph), "noise.jpg")})
        media = db.session.scalar(select(Media))

        early = browser.get(f"/media/{variant_key(media.key, plan_variants(media)[0])}")

        assert early.headers["Location"].endswith(media.key)
        assert early.headers["Cache-Control"] == "public, max-age=60"

    def test_frozen_pages_have_the_files_with_them(self, app, keep, make_post, tmp_path):
        from blogapp.caching.freezing import freeze

        media = keep(store_file, b"a,b\n", "a.csv")
        make_post("Hello", body=f"[Figures](/media/{media.key})")

        app.config["FROZEN"] = True
        freeze(app, tmp_path / "frozen", done=lambda: None)

        assert (tmp_path / "frozen" / "media" / media.key).read_bytes() == b"a,b\n"

    class TestBySignedAddresses:
        @pytest.fixture
        def serving(self):
            return "signed"

        def test_an_address_is_good_for_longer_than_anybody_keeps_the_way_to_it(
            self, keep, browser, bucket
        ):
            media = keep(store_file, b"a,b\n", "Größe.csv")

            led = browser.get(f"/media/{media.key}")

            address = led.headers["Location"]
            assert address.startswith(f"{bucket.endpoint}/{bucket.bucket}/blog/{media.key}?X-Amz-")
            assert "X-Amz-Expires=86400" in address
            assert led.cache_control.max_age == 21_600
            assert browser.get(f"/media/{media.key}").headers["Location"] == address
            with urlopen(address, timeout=5) as answer:
                assert answer.read() == b"a,b\n"
                assert answer.headers["Content-Disposition"] == "attachment"
            policy = browser.get("/").headers["Content-Security-Policy"]
            assert f"img-src 'self' data: {bucket.endpoint};" in policy
