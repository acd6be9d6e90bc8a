from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from blogapp.accounts.errors import StepExpired
from blogapp.accounts.step_models import SignInStep
from blogapp.accounts.steps import VALID, begin_step, find_step, take_step
from blogapp.extensions import db

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def token(app, make_author):
    token = begin_step("dance", now=NOON, author=make_author(), state={"steps": [1, 2]})
    db.session.commit()
    return token


def test_what_was_begun_is_found_and_stays(token):
    for _ in range(2):
        step = find_step("dance", token, now=NOON)
        assert step.state == {"steps": [1, 2]}
        assert step.author.name == "Ada Lovelace"


def test_what_is_taken_is_gone(token):
    step = take_step("dance", token, now=NOON)

    assert step.author.name == "Ada Lovelace"
    with pytest.raises(StepExpired):
        take_step("dance", token, now=NOON)


@pytest.mark.parametrize("odd", ["", None, "made up", "\ud800", "x" * 5000])
def test_nothing_else_opens_it(token, odd):
    assert find_step("dance", odd, now=NOON) is None
    with pytest.raises(StepExpired):
        take_step("dance", odd, now=NOON)


def test_it_is_of_use_for_its_purpose_alone(token):
    assert find_step("walk", token, now=NOON) is None


def test_it_is_over_after_its_time_and_swept_away(token):
    late = NOON + VALID

    assert find_step("dance", token, now=late) is None
    begin_step("dance", now=late + timedelta(seconds=1))
    db.session.commit()
    assert db.session.scalar(select(func.count(SignInStep.id))) == 1


def test_the_database_holds_no_token(token):
    assert token not in repr(db.session.execute(select(SignInStep.__table__)).all())


def test_of_two_who_take_it_at_once_one_gets_it(app, token):
    ready = Barrier(2)

    def take(_number):
        with app.app_context():
            ready.wait(timeout=30)
            try:
                take_step("dance", token, now=NOON)
                db.session.commit()
            except StepExpired:
                return False
            finally:
                db.session.remove()
            return True

    db.session.remove()
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, range(2))) == [False, True]
