import gzip
from importlib.resources import files
from threading import Barrier, Thread

import pytest
from argon2 import PasswordHasher

from blogapp.accounts import passwords
from blogapp.accounts.errors import CommonPassword, TooBusy, WeakPassword
from blogapp.accounts.passwords import demand_strength, hashed, is_outdated, matches

PASSWORD = "correct horse battery staple"
KNOWN = ("Grace Hopper", "grace@example.com", "The Plumb Line")


def test_a_password_matches_its_hash_alone():
    kept = hashed(PASSWORD)

    assert matches(PASSWORD, kept)
    assert not matches(PASSWORD + " ", kept)
    assert not matches(PASSWORD.upper(), kept)


def test_the_hash_is_argon2id_of_today_s_strength():
    kept = hashed(PASSWORD)

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not is_outdated(kept, PASSWORD)


def test_a_hash_of_weaker_parameters_works_and_is_outdated():
    kept = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)

    assert matches(PASSWORD, kept)
    assert is_outdated(kept, PASSWORD)


@pytest.mark.parametrize("password", ["", "fourteen chars", "x" * 129, "\ud800" * 20])
def test_too_short_too_long_and_broken_ones_are_refused(password):
    with pytest.raises(WeakPassword):
        hashed(password)


@pytest.mark.parametrize(
    "password", ["drei Wörter, Schnee", "пароль с пробелами", "🦉" * 5 + "kühl und hell"]
)
def test_any_characters_will_do(password):
    demand_strength(password)

    assert matches(password, hashed(password))


def test_one_character_is_one_however_it_is_typed():
    composed, decomposed = "ein süßer Löwenzahn", "ein su\u0308ßer Lo\u0308wenzahn"

    assert matches(decomposed, hashed(composed))
    assert matches(composed, hashed(decomposed))


def test_what_was_kept_before_characters_were_brought_into_one_form_still_works():
    decomposed = "ein su\u0308ßer Lo\u0308wenzahn"
    kept = passwords._hasher.hash(decomposed)

    assert matches(decomposed, kept)
    assert is_outdated(kept, decomposed)


def test_nothing_is_cut_off():
    long = "0aZ " * 32

    assert matches(long, hashed(long))
    assert not matches(long + "x", hashed(long))
    assert not matches(long[:-1], hashed(long))
    assert not matches("é" * 64 + "x" + "more", hashed("é" * 64 + "x"))
    assert not matches("e\u0301" * 64 + "x" + "more", hashed("é" * 64 + "x"))


@pytest.mark.parametrize("kept", [None, "", "not a hash", "$argon2id$broken"])
def test_nothing_matches_an_account_without_password(kept):
    assert not matches("the password of nobody at all", kept)


def test_a_broken_character_is_a_wrong_password():
    assert not matches("\ud800" * 20, hashed(PASSWORD))


def test_eight_characters_are_enough_beside_a_second_factor():
    with pytest.raises(WeakPassword) as refused:
        demand_strength("tulpe 93")
    assert refused.value.least == 15

    demand_strength("tulpe 93", has_second_factor=True)
    with pytest.raises(WeakPassword):
        demand_strength("tulpe 9", has_second_factor=True)


@pytest.mark.parametrize(
    "password",
    [
        *("manchesterunited", "Manchester United", "1qaz2wsx3edc4rfv", "passwordpassword"),
        *("aaaaaaaaaaaaaaaa", "abcabcabcabcabcabc", "0123456789012345", "qwertyuiopasdfghjkl"),
        *("Grace Hopper 12345", "gracehopperexample", "ThePlumbLine2026!", "hopper.grace.hopper"),
        *("password12345678", "ｐａｓｓｗｏｒｄpassword"),
    ],
)
def test_what_others_would_try_is_refused(password):
    with pytest.raises(CommonPassword):
        demand_strength(password, words=KNOWN)


@pytest.mark.parametrize(
    "password",
    [PASSWORD, "Grace likes walks by the sea", "a wrong password", "Der Hund frisst 3 Äpfel"],
)
def test_words_that_have_nothing_to_do_with_each_other_are_taken(password):
    demand_strength(password, words=KNOWN)


def test_every_common_password_is_refused():
    packed = (files("blogapp.accounts") / "common_passwords.txt.gz").read_bytes()
    known = gzip.decompress(packed).decode().splitlines()
    long = [password for password in known if len(password) >= 15]
    assert len(long) >= 3000
    assert sum(8 <= len(password) < 15 for password in known) >= 3000

    for password in long[::40]:
        with pytest.raises(CommonPassword):
            demand_strength(password.capitalize())
    for password in [each for each in known if 8 <= len(each) < 15][::300]:
        with pytest.raises(CommonPassword):
            demand_strength(password, has_second_factor=True)


def test_the_list_is_the_one_that_its_note_names():
    from hashlib import sha256

    folder = files("blogapp.accounts")
    digest = sha256((folder / "common_passwords.txt.gz").read_bytes()).hexdigest()

    assert digest in (folder / "common_passwords.md").read_text()


def test_a_flood_of_sign_ins_is_turned_away_instead_of_filling_the_memory(monkeypatch):
    at_once, most = [], []
    ready, go = Barrier(passwords._AT_ONCE + 1), Barrier(passwords._AT_ONCE + 1)

    def slow(*_args):
        at_once.append(1)
        most.append(len(at_once))
        ready.wait(timeout=20)
        go.wait(timeout=20)
        at_once.pop()
        return False

    monkeypatch.setattr(passwords, "_verify", slow)
    running = [Thread(target=matches, args=(PASSWORD, None)) for _ in range(passwords._AT_ONCE)]
    for thread in running:
        thread.start()
    ready.wait(timeout=20)
    taken = [passwords._places.acquire(blocking=False) for _ in range(passwords._WAITING)]

    with pytest.raises(TooBusy):
        matches(PASSWORD, None)

    go.wait(timeout=20)
    for thread in running:
        thread.join()
    for _ in filter(None, taken):
        passwords._places.release()
    assert all(taken)
    assert max(most) == passwords._AT_ONCE
