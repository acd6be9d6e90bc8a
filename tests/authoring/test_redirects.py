import csv
import io
import re
from datetime import timedelta

import pytest

from blogapp.extensions import db
from blogapp.posts.models import Redirect
from blogapp.posts.proposing import propose
from blogapp.posts.redirect_models import MissingPath, RedirectHits
from tests.conftest import JANUARY, parse

PAGE = "/write/settings/redirects"


@pytest.fixture
def rule():
    def make(path, target=None, **more):
        made = Redirect(path=path, target=target, **{"created_at": JANUARY} | more)
        db.session.add(made)
        db.session.commit()
        return made

    return make


@pytest.fixture
def missing(clock):
    def make(path, hits=1, **more):
        made = MissingPath(path=path, hits=hits, first_at=JANUARY, last_at=clock.moment, **more)
        db.session.add(made)
        db.session.commit()
        return made

    return make


def rows(page):
    return [" ".join(each.text.split()) for each in page.select(".redirects__rule")]


def told(page):
    return page.select_one("#notices").get_text(" ", strip=True)


def sent(browser, address, *, status=200, **data):
    answer = browser.post(address, data=data, follow_redirects=True)
    assert answer.status_code == status, answer.text
    return parse(answer.text)


def rules():
    db.session.rollback()
    return dict(db.session.execute(db.select(Redirect.path, Redirect.target)).all())


def test_a_rule_is_added_and_readers_are_led_at_once(editor, browser, make_post):
    make_post("New")
    assert browser.get("/2019/Old.html").status_code == 404

    page = sent(editor, f"{PAGE}/new", old="/2019/Old.html/", how="302", new="/posts/new")

    assert told(page) == "/2019/old.html leads to /posts/new."
    assert rows(page) == ["/2019/old.html →leads to /posts/new for a while"]
    answer = browser.get("/2019/old.html")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/posts/new")


WRONG = [
    ({"old": "/archive", "new": "/"}, "answers at this address by itself"),
    ({"old": "", "new": "/"}, "No old address"),
    ({"old": "/a", "new": ""}, "Where does it lead?"),
    ({"old": "/a", "new": "/a"}, "circle"),
    ({"old": "/a", "new": "/nowhere"}, "Nothing answers there"),
    ({"old": "/a", "new": "//evil.example"}, "a whole https:// address"),
    ({"old": "/a", "new": "http://a.example"}, "https:// only"),
    ({"old": "/a", "new": "https://a.example/b"}, "leads readers to a.example"),
    ({"old": "/a", "new": "/chain"}, "leads on to /archive"),
    ({"old": "/chain", "new": "/"}, "There is a rule for this address already"),
    ({"old": "/a*b", "new": "/"}, "all below a folder"),
    ({"old": "/a", "new": "/archive", "how": "200"}, "Not a valid choice"),
]


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(editor, rule, subtests):
    rule("/chain", "/archive")

    for typed, said in WRONG:
        page = sent(editor, f"{PAGE}/new", status=422, **{"how": "301"} | typed)

        with subtests.test(said):
            [error] = page.select(".field__errors")
            assert said in error.text
            assert page.select_one("#old").get("value", "") == typed["old"]
            assert page.select_one("#new").get("value", "") == typed["new"]
            assert rules() == {"/chain": "/archive"}


def test_a_chain_is_offered_as_its_end(editor, rule):
    rule("/chain", "/archive")
    page = sent(editor, f"{PAGE}/new", status=422, old="/a", how="301", new="/chain")
    [offer] = page.select("button[name=end]")

    sent(editor, f"{PAGE}/new", old="/a", how="301", new="/chain", end=offer["value"])

    assert rules() == {"/chain": "/archive", "/a": "/archive"}


def test_another_site_is_led_to_on_purpose(editor, browser):
    sent(editor, f"{PAGE}/new", old="/a", how="301", new="https://a.example/b", outside="y")

    assert browser.get("/a").headers["Location"] == "https://a.example/b"


def test_a_rule_is_changed_and_keeps_its_hits_until_it_is_deleted(editor, browser, rule):
    old = rule("/old", "/archive", came_by="imported")
    browser.get("/old")
    editor.page(PAGE)
    address = f"{PAGE}/{old.id}"
    assert editor.page(address).select_one("#new")["value"] == "/archive"

    page = sent(editor, address, old="/older", how="410", new="/archive")

    assert told(page) == "/older answers that it is gone."
    assert "asked for once" in page.select_one(".redirects__row").text
    assert browser.get("/older").status_code == 410
    assert told(sent(editor, f"{address}/deletion")) == "/older leads nowhere any more."
    assert browser.get("/older").status_code == 404
    assert db.session.scalar(db.select(db.func.count()).select_from(RedirectHits)) == 0
    assert editor.get(address).status_code == 404


def test_rules_are_found_by_words_and_kind_in_the_order_asked_for(editor, rule, make_post, clock):
    post = make_post("Consensus at Sea", slug="sea")
    first = rule("/a", "/archive", came_by="hand")
    rule("/B", "/tags", came_by="imported", created_at=JANUARY + timedelta(days=1))
    rule("/posts/ocean", post_id=post.id)
    rule("/gone", came_by="hand")
    db.session.add(RedirectHits(redirect_id=first.id, hits=7, last_at=clock.moment))
    db.session.commit()

    def found(query=""):
        page = editor.page(f"{PAGE}{query}", follow_redirects=True)
        return [row.split(" ")[0] for row in rows(page)]

    assert found() == ["/gone", "/posts/ocean", "/B", "/a"]
    assert found("?sort=hits")[0] == found("?sort=used")[0] == "/a"
    assert found("?sort=path")[-1] == "/posts/ocean"
    assert found("?q=CONSENSUS") == found("?q=sea") == ["/posts/ocean"]
    assert found("?kind=hand") == ["/a"]
    assert found("?kind=gone") == ["/gone"]
    assert found("?kind=imported&q=tags&sort=newest") == ["/B"]
    assert found("?q=%25") == []
    counts = [
        each.text for each in editor.page(PAGE).select(".shelf__states:not(.redirects__pages) span")
    ]
    assert counts == ["4", "1", "1", "1", "1"]
    for wrong in ("?kind=x", "?sort=x", "?page=0", "?page=x", "?q=%00"):
        assert editor.get(f"{PAGE}{wrong}").status_code == 400
    assert editor.get(f"{PAGE}?page=2").status_code == 404


def test_a_page_costs_the_same_statements_however_many_rules_there_are(editor, rule, queries):
    rule("/one", "/archive")
    editor.page(PAGE)
    queries.clear()
    editor.page(PAGE)
    few = len(queries)
    db.session.execute(
        db.insert(Redirect),
        [{"path": f"/old/{n}", "target": "/archive", "created_at": JANUARY} for n in range(120)],
    )
    db.session.commit()

    queries.clear()
    page = editor.page(PAGE)

    assert len(queries) == few
    assert len(rows(page)) == 50
    assert page.select_one("[rel=next]")["href"] == f"{PAGE}?page=2"


def test_the_export_brings_everything_back(editor, browser, rule, make_post):
    post = make_post("New")
    rule("/old", post_id=post.id)
    rule("/?p=7", "/archive", status=302)
    rule("/docs/*", "/tags/*")
    rule("/gone")
    browser.get("/old")

    answer = editor.get(f"{PAGE}.csv")
    table = list(csv.DictReader(io.StringIO(answer.text)))
    before = rules()
    db.session.execute(db.delete(Redirect))
    db.session.commit()
    sent(editor, f"{PAGE}/import", text=answer.text, name="redirects.csv", apply="1")

    assert answer.mimetype == "text/csv"
    assert [(row["old"], row["new"], row["status"], row["hits"]) for row in table] == [
        ("/?p=7", "/archive", "302", "0"),
        ("/docs/*", "/tags/*", "301", "0"),
        ("/gone", "", "410", "0"),
        ("/old", "/posts/new", "301", "1"),
    ]
    assert rules() == before
    assert db.session.scalar(db.select(Redirect.status).where(Redirect.path == "/?p=7")) == 302


def test_a_list_is_shown_before_it_is_kept(editor, make_post, rule):
    make_post("New")
    rule("/kept", "/archive")
    text = (
        "/old,/posts/new\n/older,/old\n/archive,/\n/kept,/archive\n"
        "/away,https://a.example/\n/x*y,/archive\n"
    )

    upload = {"file": (io.BytesIO(text.encode()), "list.csv")}
    shown = parse(editor.post(f"{PAGE}/import", data=upload).text)
    assert rules() == {"/kept": "/archive"}
    kept = {field["name"]: field.get("value") or field.text[1:] for field in
            shown.select(".redirects__form [name]:not([type=checkbox])")}  # fmt: skip
    page = sent(editor, f"{PAGE}/import", **kept)

    assert [" ".join(each.text.split()) for each in shown.select(".redirects__sum span")] == [
        *("Refused: 2", "New: 3", "There already: 1")
    ]
    reasons = [each.text for each in shown.select(".redirects__reason")]
    assert len(reasons) == 2
    assert "line 3" in rows(shown)[0]
    assert "a.example" in shown.select_one(".banner--warning").text
    assert "this is its end" in shown.text
    assert told(page) == "2 redirects were taken in."
    assert rules() == {"/kept": "/archive", "/old": None, "/older": None}
    sent(editor, f"{PAGE}/import", **kept, outside="1")
    assert rules()["/away"] == "https://a.example/"


def test_a_list_that_cannot_be_read_is_refused_and_kept_in_sight(editor):
    page = sent(editor, f"{PAGE}/import", status=422, text='{"a": <b>')

    assert "no JSON" in page.select_one("[role=alert]").text
    assert page.select_one("#text").text.strip() == '{"a": <b>'
    assert (
        "Choose a file"
        in sent(editor, f"{PAGE}/import", status=422).select_one("[role=alert]").text
    )
    wide = {"file": (io.BytesIO("/a,/archive\n".encode("utf-16")), "a.csv")}
    assert "/archive" in editor.post(f"{PAGE}/import", data=wide).text


TRIED = [
    ("/old", [("/old", "301", "The rule /old (By hand)"), ("/posts/new", "200", "by itself")]),
    ("/?p=7", [("/?p=7", "301", "The rule /?p=7"), ("/posts/new", "200", "by itself")]),
    ("http://localhost:8000/old/", [("/old/", "301", "/old"), ("/posts/new", "200", "")]),
    ("/Posts/NEW", [("/Posts/NEW", "404", "no rule knows")]),
    ("/posts/NEW", [("/posts/NEW", "301", "spelling"), ("/posts/new", "200", "")]),
    ("nowhere", [("/nowhere", "404", "no rule knows")]),
    ("/gone", [("/gone", "410", "says that it is gone")]),
    ("/out", [("/out", "302", "https://a.example/")]),
    ("/posts/draft", [("/posts/draft", "404", "not published yet")]),
    ("/to-draft", [("/to-draft", "404", "not published")]),
    ("/posts/left", [("/posts/left", "410", "taken down")]),
    ("/write", [("/write", "303", "signs in"), ("/login?next=/write", "200", "")]),
    ("/?page=0", [("/?page=0", "400", "no sense")]),
]


def test_an_address_is_tried_step_by_step(editor, rule, make_post, app, subtests):
    make_post("New")
    draft = make_post("Draft", published_at=None)
    make_post("Left", withdrawn_at=JANUARY)
    rule("/old", "/posts/new", came_by="hand")
    rule("/?p=7", "/posts/new")
    rule("/gone")
    rule("/to-draft", post_id=draft.id)
    rule("/out", "https://a.example/", leads_out=True, status=302)

    for typed, steps in TRIED:
        asked = typed.replace("http://localhost:8000", app.config["PUBLIC_URL"])
        page = editor.page(f"{PAGE}/test", query_string={"address": asked})

        with subtests.test(typed):
            found = page.select(".redirects__step")
            for step, (address, status, words) in zip(found, steps, strict=True):
                assert step.select_one(".redirects__address").text == address
                assert step.select_one(".redirects__status").text == status
                assert words in step.text
    app.extensions["tally"].flush()
    assert db.session.scalar(db.select(db.func.count(RedirectHits.redirect_id))) == 0
    assert db.session.scalar(db.select(db.func.count(MissingPath.id))) == 0


def test_no_other_site_is_tried(editor):
    for asked in ("https://evil.example/", "//evil.example", "http://[", "/a\x07"):
        answer = editor.get(f"{PAGE}/test", query_string={"address": asked})

        assert answer.status_code == 422, asked


def test_where_a_lost_address_could_go(make_post, make_author, rule, clock):
    make_post("Raft in practice", slug="raft-in-practice", published_at=JANUARY, tags=["Consensus"])
    renamed = make_post("B-trees", slug="b-trees", published_at=JANUARY - timedelta(days=40))
    rule("/posts/btrees-explained", post_id=renamed.id)
    make_post("Draft", slug="secret-plan", published_at=None)

    paths = {
        "/2019/05/raft-in-practice.html": [("/posts/raft-in-practice", "name")],
        "/blog/2019-01-02-raft-in-practice": [("/posts/raft-in-practice", "name")],
        "/raft-in-practise": [("/posts/raft-in-practice", "near")],
        "/archive/btrees-explained": [("/posts/b-trees", "once")],
        "/2026/01/01/hello": [("/posts/raft-in-practice", "date")],
        "/2026/01": [("/archive/2026/1", "date")],
        "/category/consensus": [("/tags/consensus", "label")],
        "/feed": [("/feed.xml", "kind")],
        "/?feed=rss2": [("/rss.xml", "kind")],
        "/wp-sitemap.xml": [("/sitemap.xml", "kind")],
        "/secret-plan": [],
        "/": [],
    }
    found = propose(paths, now=clock.moment)

    assert {path: [(p.path, p.why) for p in some] for path, some in found.items()} == paths


def test_a_lost_address_is_led_on_with_one_press(editor, browser, make_post):
    make_post("Raft in practice", slug="raft-in-practice")
    browser.get("/2019/raft-in-practice.html", headers={"Referer": "https://news.example/x"})

    page = editor.page(f"{PAGE}/missing")
    [form] = page.select(".redirects__acts")
    [accept] = form.select("button[name=lead]")
    answered = sent(editor, form["action"], lead=accept["value"], tab="open")

    assert "linked by news.example" in page.text
    assert "same name" in form.text
    assert told(answered) == "/2019/raft-in-practice.html leads to /posts/raft-in-practice."
    assert "in vain" in answered.select_one(".redirects > .banner").text
    assert browser.get("/2019/raft-in-practice.html").status_code == 301


def test_a_lost_address_is_dismissed_recalled_or_gone(editor, browser, missing):
    lost, other = missing("/lost", 3), missing("/other")

    def shown(tab="open"):
        page = editor.page(f"{PAGE}/missing?tab={tab}")
        return [each.text.strip() for each in page.select(".redirects__old")]

    assert shown() == ["/lost", "/other"]
    sent(editor, f"{PAGE}/missing/{lost.id}", act="dismiss")
    sent(editor, f"{PAGE}/missing/{other.id}", act="gone")
    browser.get("/lost")

    assert (shown(), shown("dismissed")) == ([], ["/lost"])
    assert browser.get("/other").status_code == 410
    sent(editor, f"{PAGE}/missing/{lost.id}", act="recall")
    assert shown() == ["/lost"]
    assert editor.post(f"{PAGE}/missing/{lost.id}", data={"act": "x"}).status_code == 400
    assert (
        editor.post(f"{PAGE}/missing/{lost.id}", data={"lead": "https://a.example"}).status_code
        == 303
    )
    assert shown() == ["/lost"]


def test_what_is_led_on_since_waits_no_more(editor, rule, missing):
    missing("/lost")
    rule("/lost", "/archive", came_by="imported")

    assert "in vain" in editor.page(f"{PAGE}/missing").select_one(".redirects > .banner").text


class TestUnderAPath:
    @pytest.fixture
    def settings(self):
        return {"PUBLIC_URL": "https://example.com/eng/blog"}

    def test_rules_are_below_it_and_tried_there(self, editor, browser, rule, make_post):
        make_post("New")
        there = {"base_url": "https://example.com"}
        typed = {"old": "/old", "how": "301", "new": "https://example.com/eng/blog/posts/new"}

        answer = editor.post(f"/eng/blog{PAGE}/new", data=typed, **there)
        page = editor.page(f"/eng/blog{PAGE}/test?address=/old", **there)
        listed = editor.page(f"/eng/blog{PAGE}", **there)

        assert answer.status_code == 303
        location = browser.get("/eng/blog/old", **there).headers["Location"]
        assert location == "/eng/blog/posts/new"
        steps = page.select(".redirects__step")
        assert [step.select_one(".redirects__address").text for step in steps] == [
            *("/old", "/posts/new")
        ]
        assert listed.select_one("a.redirects__target")["href"] == "/eng/blog/posts/new"


def test_probes_stand_apart(editor, browser, missing):
    browser.get("/wp-login.php")
    missing("/lost")

    probes = editor.page(f"{PAGE}/missing?tab=probes")

    assert [each.text.strip() for each in probes.select(".redirects__old")] == ["/wp-login.php"]
    pages = editor.page(PAGE).select_one(".redirects__pages").get_text(" ", strip=True)
    assert re.search(r"Not found 1\b", pages)


def test_the_log_costs_the_same_statements_whatever_is_in_it(editor, missing, make_posts, queries):
    missing("/2019/one")
    editor.page(f"{PAGE}/missing")
    queries.clear()
    editor.page(f"{PAGE}/missing")
    few = len(queries)
    make_posts(30)
    for number in range(30):
        missing(f"/2019/some-{number}")

    queries.clear()
    editor.page(f"{PAGE}/missing")

    assert len(queries) == few
