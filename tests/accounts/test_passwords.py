import pytest

from blogapp.accounts.errors import WeakPassword
from blogapp.accounts.passwords import hashed, is_outdated, matches

PASSWORD = "correct horse battery staple"


def test_a_password_matches_its_hash_alone():
    kept = hashed(PASSWORD)

    assert matches(PASSWORD, kept)
    assert not matches(PASSWORD + " ", kept)


def test_the_hash_is_argon2id_of_today_s_strength():
    kept = hashed(PASSWORD)

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not is_outdated(kept)


@pytest.mark.parametrize("password", ["", "fourteen chars", "x" * 129])
def test_too_short_and_too_long_are_refused(password):
    with pytest.raises(WeakPassword):
        hashed(password)


@pytest.mark.parametrize("kept", [None, "", "not a hash"])
def test_nothing_matches_an_account_without_password(kept):
    assert not matches("the password of nobody at all", kept)


def test_a_broken_character_is_a_wrong_password():
    assert not matches("\ud800" * 20, hashed(PASSWORD))
