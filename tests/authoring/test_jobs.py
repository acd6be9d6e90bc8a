import pytest

from blogapp.accounts.audit_models import AuditEvent
from blogapp.extensions import db
from blogapp.jobs.models import Job
from blogapp.jobs.overseeing import show_up
from blogapp.jobs.queueing import enqueue
from blogapp.mailing.models import Message
from blogapp.mailing.queueing import queue_mail
from blogapp.web.clock import now

PAGE = "/write/settings/jobs"


@pytest.fixture
def make_job(app, clock):
    def make(kind="variants", key="7", *, due=None, **columns):
        enqueue(kind, key, now=now(), due=due)
        if columns:
            this_one = db.update(Job).where(Job.kind == kind, Job.key == key)
            db.session.execute(this_one.values(columns))
        db.session.commit()

    return make


def sections(page):
    return {
        section.h2.text: " ".join(section.text.split())
        for section in page.select(".settings__group")
    }


def kinds_left():
    return [job.kind for job in db.session.scalars(db.select(Job).order_by(Job.id))]


def test_a_blog_with_nothing_to_do_says_so(owner):
    page = owner.page(PAGE)

    said = sections(page)
    assert said["Under way and waiting"].endswith("Nothing waits: all is done.")
    assert said["Who does it"].endswith("Nobody was seen in the last 24 hours.")
    assert not page.select("[role=alert], .settings__form form")


def test_what_fails_says_why_and_when_it_is_tried_next(owner, make_job, clock):
    make_job(key="1", given_up_at=clock.moment, error="The file is missing.")
    make_job(key="2", error="the disk is full")
    make_job("mail", "3", taken_by="web:1/1", taken_at=clock.moment, taken_until=1.0)
    make_job("sign-in-links", "s3cret" * 6)
    show_up("web:1:abc", [], is_embedded=True, began_at=clock.moment, now=clock.moment)

    page = owner.page(PAGE)

    assert owner.page("/write").select_one("#attention ~ ul a")["href"] == PAGE
    said = sections(page)
    assert "The file is missing." in said["Given up"]
    assert "tried next: 1 Jun 2026, 12:00" in said["Failed, and tried again"]
    assert "the disk is full" in said["Failed, and tried again"]
    assert "Mail 3 under way" in said["Under way and waiting"]
    assert "web:1 in the web server" in said["Who does it"]
    assert "s3cret" not in str(page)
    assert page.select_one("[aria-labelledby=given-up] a.pill")["href"].endswith("/media/1")


def test_one_is_tried_again_and_all_are(owner, make_job, clock):
    for key in ("1", "2", "3"):
        make_job(key=key, given_up_at=clock.moment, error="no", attempts=6)
    first = owner.page(PAGE).select_one("[aria-labelledby=given-up] li form")

    owner.post(first["action"], data={"act": "again"})

    given_up = db.select(db.func.count()).where(Job.given_up_at.is_not(None))
    assert db.session.scalar(given_up) == 2
    answer = owner.post(f"{PAGE}/answers", data={"act": "again"}, follow_redirects=True)
    assert "2 pieces of work are tried again." in answer.text
    assert db.session.scalar(given_up) == 0
    assert set(db.session.scalars(db.select(Job.attempts))) == {0}
    acts = db.session.scalars(db.select(AuditEvent.act)).all()
    assert acts.count("job.retried") == 2


def test_what_is_dropped_goes_with_what_it_was_for_and_an_import_stays(owner, make_job, clock):
    queue_mail("a@example.com", "test", {}, domain="b", seal=str, now=now())
    make_job("import", "5", given_up_at=clock.moment, error="no")
    db.session.execute(db.update(Job).values(given_up_at=now(), error="no"))
    db.session.commit()

    owner.post(f"{PAGE}/answers", data={"act": "drop"})

    assert db.session.scalars(db.select(Message)).all() == []
    assert {"mail"}.isdisjoint(kinds_left())
    assert "import" in kinds_left()
    assert "Drop" not in owner.page(PAGE).select_one("[aria-labelledby=given-up] ul").text


def test_what_somebody_is_at_is_left_alone(owner, make_job, clock):
    make_job(taken_by="web:1/1", taken_at=clock.moment, taken_until=1.0)
    [job] = db.session.scalars(db.select(Job))

    answer = owner.post(f"{PAGE}/{job.id}", data={"act": "drop"}, follow_redirects=True)

    assert "That is done already, or somebody is at it." in answer.text
    assert kinds_left() == ["variants"]


def test_it_warns_when_nobody_works_and_when_work_is_late(app, owner, make_job, clock):
    from blogapp.web.readiness import State

    readiness = app.extensions["readiness"]
    make_job()
    assert not owner.page(PAGE).select("[role=alert]")

    clock.advance(minutes=5)
    assert "Nobody does the work" in owner.page(PAGE).select_one("[role=alert]").text
    assert readiness.ask("jobs")["jobs"].state is State.DEGRADED

    clock.advance(minutes=10)
    show_up("web:1:abc", [], is_embedded=True, began_at=clock.moment, now=clock.moment)
    assert "more than ten minutes" in owner.page(PAGE).select_one("[role=alert]").text


def test_it_takes_as_many_statements_for_many_jobs_as_for_one(owner, make_job, queries):
    make_job()
    owner.page(PAGE)
    queries.clear()
    owner.page(PAGE)
    few = len(queries)
    for number in range(70):
        make_job(key=str(number))
    queries.clear()

    page = owner.page(PAGE)

    assert len(queries) == few
    assert "and 20 more" in sections(page)["Under way and waiting"]
