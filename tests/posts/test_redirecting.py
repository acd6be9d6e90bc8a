import pytest

from blogapp.extensions import db
from blogapp.posts.models import Post, Redirect
from blogapp.posts.redirect_models import MissingPath
from blogapp.posts.redirect_ruling import Reason, Verdict, Wish, as_target, judge, keep
from blogapp.posts.redirecting import spelled
from tests.conftest import JANUARY

BASE = "https://blog.example"


@pytest.fixture(autouse=True)
def _stopped_clock(clock):
    """Nothing here depends on the day the tests run."""


@pytest.fixture
def rule(app):
    def make(path, target=None, **more):
        db.session.add(Redirect(path=path, target=target, created_at=JANUARY, **more))
        db.session.commit()

    return make


@pytest.fixture
def decided(app, clock):
    """What becomes of wishes, written as old and new."""

    def decide(*pairs, status=301):
        wishes = [Wish(old, new, status) for old, new in pairs]
        fixed = {"/archive", "/rss.xml", "/login"}.__contains__
        return judge(wishes, base=BASE, now=clock.moment, is_fixed=fixed)

    return decide


def reasons(rulings):
    return [ruling.reason for ruling in rulings]


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/Old/", "/old"),
        ("old/page", "/old/page"),
        ("https://old.example/a?p=3#x", "/a?p=3"),
        ("/a//b/index.php", "/a/b"),
        ("/?P=3", "/?p=3"),
        ("/a?utm_source=x", None),
        ("/a\\b", None),
        ("/a/../b", None),
        ("/%ff", None),
        ("/%00", None),
        ("//host/a", None),
        ("javascript:alert(1)", None),
        ("/" + "a" * 1000, None),
        ("http://[", None),
    ],
)
def test_an_old_address_has_one_spelling(address, kept):
    assert spelled(address) == kept


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/archive/", "/archive"),
        (f"{BASE}/tags/x?sort=oldest#top", "/tags/x?sort=oldest#top"),
        (BASE, "/"),
        ("/a b%20c", "/a%20b%20c"),
        ("/%C3%BCber", "/über"),
        ("https://elsewhere.example/a?b=c", "https://elsewhere.example/a?b=c"),
        ("https://elsewhere.example/*", "https://elsewhere.example/*"),
        ("https://blog.example.evil.example/", "https://blog.example.evil.example/"),
        ("https://*.evil.example/*", Reason.ODD_TARGET),
        ("https://elsewhere.example*", Reason.ODD_TARGET),
        ("http://elsewhere.example/", Reason.INSECURE),
        ("https://a:b@elsewhere.example/", Reason.ODD_TARGET),
        ("https:///evil.example", Reason.ODD_TARGET),
        ("//evil.example", Reason.ODD_TARGET),
        ("/\\evil.example", Reason.ODD_TARGET),
        ("/%5Cevil.example", Reason.ODD_TARGET),
        ("/\tevil", Reason.ODD_TARGET),
        ("javascript:alert(1)", Reason.ODD_TARGET),
        ("data:text/html,x", Reason.ODD_TARGET),
        ("", Reason.NO_TARGET),
    ],
)
def test_a_target_is_a_path_here_or_a_whole_https_address(address, kept):
    assert as_target(address, BASE) == kept


def test_no_odd_target_leads_to_a_host_that_nobody_named(shared):
    for value in (shared / "kits/http/open_redirect.txt").read_text().splitlines():
        target = as_target(value, BASE)
        if isinstance(target, Reason):
            continue
        assert target.startswith(("/", "https://")), value
        assert not target.startswith(("//", "/\\")), value


def test_a_rule_leads_to_a_post_whatever_becomes_of_its_address(decided, make_post, browser):
    post = make_post("New")

    [ruling] = decided(("/old", "/posts/NEW"))
    keep([ruling], came_by="hand", now=JANUARY)
    post.slug = "newer"
    db.session.commit()

    assert (ruling.post_id, ruling.verdict) == (post.id, Verdict.ADD)
    assert browser.get("/old").headers["Location"] == "/posts/newer"


def test_what_would_never_be_asked_or_leads_nowhere_is_refused(decided, make_post):
    make_post("Here", tags=["Raft"])
    make_post("Draft", published_at=None)
    make_post("Left", withdrawn_at=JANUARY)

    rulings = decided(
        ("/posts/here", "/archive"),
        ("/tags/raft/", "/archive"),
        ("/login", "/archive"),
        ("/", "/archive"),
        ("/posts/draft", "/archive"),
        ("/posts/left", "/archive"),
        ("", "/archive"),
        ("/a", "/nowhere"),
        ("/b", "/posts/left"),
        ("/c", "/c"),
        ("/d", ""),
        ("/e/*/f", "/archive"),
        ("/g", "/archive/*"),
        ("/draft", "/posts/draft"),
    )

    here, lost = Reason.ITSELF, Reason.LOST
    assert reasons(rulings) == [
        *(here, here, here, here, Reason.DRAFT, Reason.TAKEN_DOWN, Reason.NO_ADDRESS),
        *(lost, Reason.GONE, Reason.LOOP, Reason.NO_TARGET, Reason.PATTERN, Reason.PATTERN),
        None,
    ]


def test_a_chain_becomes_its_end_whoever_is_in_it(decided, make_post, rule):
    post = make_post("New")
    rule("/older", "/archive")

    rulings = decided(
        ("/one", "/two"), ("/two", "/three/"), ("/three", "/posts/new"), ("/oldest", "/older")
    )

    assert [(r.post_id, r.target, r.is_shortened) for r in rulings] == [
        (post.id, None, True),
        (post.id, None, True),
        (post.id, None, False),
        (None, "/archive", True),
    ]


def test_a_circle_is_refused_however_long(decided, rule):
    rule("/a", "/b")
    rule("/x/*", "/y/*")
    ring = [(f"/r{n}", f"/r{(n + 1) % 30}") for n in range(30)]

    assert reasons(decided(("/b", "/a"))) == [Reason.LOOP]
    assert set(reasons(decided(*ring))) == {Reason.LOOP}
    assert (
        reasons(decided(("/y/*", "/x/*"), ("/z/*", "/z/deeper/*"), ("/*", "/all/*")))
        == [Reason.LOOP] * 3
    )
    assert reasons(decided(("/y/*", "/z/*"))) == [None]


def test_what_led_to_a_new_rule_leads_to_its_end(decided, rule, browser):
    rule("/first", "/second")
    db.session.add(MissingPath(path="/second", hits=1, first_at=JANUARY, last_at=JANUARY))

    keep(decided(("/second", "/archive")), came_by="hand", now=JANUARY)
    db.session.commit()

    targets = dict(db.session.execute(db.select(Redirect.path, Redirect.target)).all())
    assert targets == {"/first": "/archive", "/second": "/archive"}
    assert db.session.scalar(db.select(db.func.count(MissingPath.id))) == 0


def test_the_same_again_changes_nothing_and_a_second_opinion_is_refused(decided, rule):
    rule("/a", "/archive")
    rule("/b", "/archive")

    rulings = decided(("/a", "/archive"), ("/b", "/rss.xml"), ("/c", "/archive"), ("/C/", "/"))

    assert [r.verdict for r in rulings] == [
        *(Verdict.SAME, Verdict.CHANGE, Verdict.ADD, Verdict.REFUSED)
    ]
    assert rulings[-1].reason is Reason.TWICE
    assert keep(rulings, came_by="imported", now=JANUARY) == 2


def test_thousands_are_decided_in_few_statements(decided, make_posts, queries):
    make_posts(20)
    slugs = db.session.scalars(db.select(Post.slug)).all()
    many = [(f"/old/{n}", f"/posts/{slugs[n % 20]}") for n in range(2_000)]

    queries.clear()
    rulings = decided(*many)

    assert set(reasons(rulings)) == {None}
    assert len(queries) <= 40
