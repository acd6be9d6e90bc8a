"""Settings of where files lie."""

import subprocess
import sys

import pytest

from blogapp.config import BadSetting, Config
from blogapp.media.stores.addresses import BucketAddress, Keys

BUCKET = "s3://files/blog?endpoint=https://s3.example.com&region=eu-1"


@pytest.fixture
def read(tmp_path):
    def read(**variables):
        return Config.from_env({"BLOG_INSTANCE": str(tmp_path / "instance"), **variables})

    return read


def test_files_lie_in_a_folder_or_in_a_bucket_beside_what_each_machine_makes(read, tmp_path):
    folder = read(BLOG_MEDIA_URL=str(tmp_path / "files"))
    bucket = read(BLOG_MEDIA_URL=BUCKET)

    assert (tmp_path / "files", None) == (folder.MEDIA_FOLDER, folder.BUCKET)
    assert tmp_path / "instance" / "media" == bucket.MEDIA_FOLDER
    assert BucketAddress("files", "blog", "https://s3.example.com", "eu-1", True) == bucket.BUCKET


def test_keys_come_from_files_and_show_nowhere(read, tmp_path):
    (tmp_path / "secret").write_text("so secret\n")

    config = read(
        BLOG_MEDIA_URL=BUCKET,
        BLOG_S3_ACCESS_KEY="me",
        BLOG_S3_SECRET_KEY_FILE=str(tmp_path / "secret"),
    )

    assert Keys("me", "so secret") == config.BUCKET_KEYS
    assert "so secret" not in repr(config)


def test_the_machine_s_own_region_and_endpoint_count_where_the_address_names_none(read):
    config = read(
        BLOG_MEDIA_URL="s3://files", AWS_REGION="eu-2", AWS_ENDPOINT_URL="http://10.0.0.5:9000"
    )

    assert BucketAddress("files", "", "http://10.0.0.5:9000", "eu-2", True) == config.BUCKET


@pytest.mark.parametrize(
    ("serving", "origin"),
    [
        ("through", ""),
        ("signed", "https://s3.example.com"),
        ("https://files.example.com/blog/", "https://files.example.com"),
    ],
)
def test_the_origin_that_hands_files_out_follows_from_how_they_are_served(read, serving, origin):
    assert origin == read(BLOG_MEDIA_URL=BUCKET, BLOG_MEDIA_SERVING=serving).MEDIA_ORIGIN


@pytest.mark.parametrize(
    ("name", "variables"),
    [
        ("BLOG_MEDIA_URL", {"BLOG_MEDIA_URL": "s3://NO"}),
        ("BLOG_MEDIA_URL", {"BLOG_MEDIA_URL": "gs://files"}),
        ("BLOG_MEDIA_SERVING", {"BLOG_MEDIA_SERVING": "signed"}),
        ("BLOG_MEDIA_SERVING", {"BLOG_MEDIA_URL": BUCKET, "BLOG_MEDIA_SERVING": "public"}),
        ("BLOG_MEDIA_SERVING", {"BLOG_MEDIA_URL": BUCKET, "BLOG_MEDIA_SERVING": "https://a/?b"}),
        (
            "BLOG_MEDIA_SERVING",
            {
                "BLOG_MEDIA_URL": BUCKET,
                "BLOG_MEDIA_SERVING": "http://files.example.com",
                "BLOG_PUBLIC_URL": "https://example.com",
            },
        ),
        ("BLOG_S3_SECRET_KEY", {"BLOG_MEDIA_URL": BUCKET, "BLOG_S3_ACCESS_KEY": "me"}),
        ("BLOG_S3_OTHER_ACCESS_KEY", {"BLOG_S3_OTHER_SECRET_KEY": "so secret"}),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(read, name, variables):
    with pytest.raises(BadSetting, match=name) as refused:
        read(**variables)
    assert "so secret" not in str(refused.value)


def test_a_blog_with_a_folder_starts_without_the_client_of_buckets(read, tmp_path):
    told = (
        "import sys; from blogapp import create_app; create_app(); "
        "print({'obstore', 'redis', 'prometheus_client', 'psycopg'} & set(sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-c", told],
        env={"BLOG_INSTANCE": str(tmp_path / "instance"), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "set()"
