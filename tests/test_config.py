from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from threading import Barrier

import pytest

from blogapp.config import BadSetting, Config

KEY = "a key that is long enough to sign with"


@pytest.fixture
def read(tmp_path):
    def read(**variables):
        return Config.from_env({"BLOG_INSTANCE": str(tmp_path / "instance"), **variables})

    return read


def test_nothing_needs_to_be_set(read, tmp_path):
    config = read()

    assert config.PUBLIC_URL == "http://127.0.0.1:8000"
    assert config.SQLALCHEMY_DATABASE_URI == f"sqlite:///{tmp_path}/instance/blog.sqlite"
    assert config.MEDIA_FOLDER == tmp_path / "instance" / "media"


def test_a_secret_key_is_made_once_and_kept_for_its_owner_alone(read, tmp_path):
    first = read().SECRET_KEY

    assert read().SECRET_KEY == first
    assert len(first) >= 32
    assert (tmp_path / "instance" / "secret_key").stat().st_mode & 0o077 == 0


def test_a_secret_may_come_from_a_file(read, tmp_path):
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")

    assert read(BLOG_SECRET_KEY_FILE=str(path)).SECRET_KEY == KEY


def test_a_secret_in_an_empty_file_is_missed_by_name(read, tmp_path):
    path = tmp_path / "key"
    path.write_text("\n")

    with pytest.raises(BadSetting, match=r"BLOG_SECRET_KEY_FILE: .* is empty"):
        read(BLOG_SECRET_KEY_FILE=str(path))


def test_processes_that_start_at_once_keep_one_secret_key(tmp_path):
    ready = Barrier(4)

    def start(number):
        instance = str(tmp_path / f"instance{number // 4}")
        ready.wait()
        return Config.from_env({"BLOG_INSTANCE": instance}).SECRET_KEY

    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(start, range(80)))

    assert [len(set(keys[i : i + 4])) for i in range(0, 80, 4)] == [1] * 20
    assert [path.name for path in (tmp_path / "instance0").iterdir()] == ["secret_key"]


def test_a_secret_given_twice_is_refused(read, tmp_path):
    path = tmp_path / "key"
    path.write_text("one")

    with pytest.raises(BadSetting, match="not both"):
        read(BLOG_SECRET_KEY="two", BLOG_SECRET_KEY_FILE=str(path))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BLOG_PORT", "eighty"),
        ("BLOG_PORT", "70000"),
        ("BLOG_WORKERS", "0"),
        ("BLOG_WORKERS", "²"),
        ("BLOG_ACCESS_LOG", "maybe"),
        ("BLOG_JOBS", "somewhere"),
        ("BLOG_DATABASE_URL", "mysql://localhost/blog"),
        ("BLOG_DATABASE_URL", "not an address"),
        ("BLOG_DATABASE_URL", "postgresql+psycopg2://localhost/blog"),
        ("BLOG_DATABASE_URL", "sqlite://"),
        ("BLOG_SECRET_KEY", "hush"),
        ("BLOG_PUBLIC_URL", "example.com"),
        ("BLOG_PUBLIC_URL", "https://example.com/?a=b"),
        ("BLOG_PUBLIC_URL", "ftp://example.com"),
        ("BLOG_PUBLIC_URL", "https://example.com:70000"),
        ("BLOG_PUBLIC_URL", "https://[::1"),
        ("BLOG_PUBLIC_URL", "https://exam ple.com"),
        ("BLOG_PUBLIC_URL", "https://example.com/a b"),
        ("BLOG_TRUSTED_PROXIES", "nginx"),
        ("BLOG_MEDIA_URL", "gopher://media"),
        ("BLOG_SECRET_KEY_FILE", "/nowhere/at/all"),
    ],
)
def test_a_bad_value_is_refused_by_name(read, name, value):
    with pytest.raises(BadSetting, match=name):
        read(**{name: value})


def test_https_makes_the_cookie_host_bound(read):
    config = read(BLOG_PUBLIC_URL="https://example.com/eng/blog/")

    assert config.SESSION_COOKIE_NAME == "__Host-session"
    assert config.SESSION_COOKIE_SECURE
    assert config.SESSION_COOKIE_PATH == "/"
    assert config.BASE_PATH == "/eng/blog"
    assert config.TRUSTED_HOSTS == ["example.com"]


def test_a_loopback_address_answers_by_all_its_names(read):
    config = read(BLOG_PORT="9000")

    assert config.PUBLIC_URL == "http://127.0.0.1:9000"
    assert set(config.TRUSTED_HOSTS) >= {"localhost", "127.0.0.1"}


def test_proxies_are_a_number_or_networks(read):
    assert read(BLOG_TRUSTED_PROXIES="2").TRUSTED_PROXIES == 2
    networks = read(BLOG_TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8").TRUSTED_PROXIES
    assert networks == (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"))


def test_secrets_stay_out_of_the_log(read):
    config = read(BLOG_SECRET_KEY=f"hush{KEY}", BLOG_DATABASE_URL="postgresql://me:hush@db/blog")

    assert "hush" not in repr(config)


def test_networks_that_may_be_fetched_from_are_read(read):
    assert read().FETCH_ALLOW == ()
    assert read(BLOG_FETCH_ALLOW="10.1.0.0/16, ::1").FETCH_ALLOW == (
        ip_network("10.1.0.0/16"),
        ip_network("::1"),
    )
    with pytest.raises(BadSetting, match=r"BLOG_FETCH_ALLOW: 'intranet' is no list of networks"):
        read(BLOG_FETCH_ALLOW="intranet")
