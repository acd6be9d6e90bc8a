import pytest

from blogapp.config import BadSetting, Config
from blogapp.sharing.addresses import without_prefix


@pytest.fixture
def read(tmp_path):
    def read(url):
        return Config.from_env({"BLOG_INSTANCE": str(tmp_path), "BLOG_REDIS_URL": url})

    return read


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis://redis:6379/0",
        "redis://:secret@[::1]:6379/5?prefix=notes",
        "rediss://user:p%40ss@cache.example.com?ssl_ca_certs=/etc/ssl/redis.pem&db=2",
        "unix:///run/redis/redis.sock?db=3&prefix=eng:blog",
    ],
)
def test_addresses_of_redis_are_taken(read, url):
    assert url == read(url).REDIS_URL


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("localhost:6379", "is not like redis://"),
        ("http://redis:6379", "is not like redis://"),
        ("redis://redis:70000", "is not like redis://"),
        ("redis://redis/blog", "'/blog' is no number of a database"),
        ("redis://redis/?db=x", "'x' is no number of a database"),
        ("redis://redis/0?prefix=a b", "'a b' is no prefix"),
        ("redis://redis/0?socket_timeout=9", "'socket_timeout' is none of"),
        ("redis://redis/0?ssl_ca_certs=/x", "'ssl_ca_certs' is none of"),
        ("unix://", "names no socket"),
    ],
)
def test_what_leads_to_no_redis_is_refused_by_name(read, url, problem):
    with pytest.raises(BadSetting, match="BLOG_REDIS_URL") as refused:
        read(url)

    assert problem in str(refused.value)


def test_a_password_is_not_shown(read):
    config = read("redis://:opensesame@redis:6379/0")

    assert "opensesame" not in repr(config)
    with pytest.raises(BadSetting) as refused:
        read("redis://:opensesame@redis:6379/x")
    assert "opensesame" not in str(refused.value)


def test_the_prefix_is_ours_and_the_rest_is_redis_s():
    assert without_prefix("redis://h/1?prefix=a&username=b") == ("redis://h/1?username=b", "a")
    assert without_prefix("unix:///s.sock") == ("unix:///s.sock?", "blog")
