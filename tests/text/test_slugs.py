import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogapp.text.slugs import clean_slug, is_slug, slugify, unique_slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("CI/CD", "ci-cd"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        (".NET", "net"),
        ("Node.js", "node-js"),
        ("MITRE ATT&CK", "mitre-att-ck"),
        ("Conway's Topograph", "conways-topograph"),
        ("cómo hacer", "como-hacer"),
        ("Łódź straße", "lodz-strasse"),
        ("Системы", "системы"),
        ("日本語", "日本語"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_names_keep_what_tells_them_apart(name, slug):
    assert slugify(name) == slug


def test_a_name_without_letters_falls_back():
    assert slugify("?!") == "post"
    assert slugify("", fallback="tag") == "tag"


def test_a_long_title_is_cut_between_words():
    slug = slugify("caching " * 30)

    assert len(slug) <= 80
    assert slug.endswith("caching")


@pytest.mark.parametrize("slug", ["a", "Kafka_2.0", "été", "v1.2.3", "a" * 200])
def test_slugs_given_by_authors_are_kept(slug):
    assert is_slug(slug)
    assert clean_slug(slug) == slug


@pytest.mark.parametrize("text", ["", ".", "..", "a b", "a/b", "notes.md", "x" * 201, "a?b", "a\n"])
def test_what_cannot_stand_in_an_address_is_no_slug(text):
    assert not is_slug(text)


def test_a_slug_from_a_file_name_keeps_its_letter_case():
    assert clean_slug("BroSettlement Building ...") == "BroSettlement-Building"


def test_a_taken_slug_is_numbered():
    taken = {"cache", "cache-2"}

    assert unique_slug("cache", taken.__contains__) == "cache-3"
    assert unique_slug("queue", taken.__contains__) == "queue"


def test_numbering_keeps_a_long_slug_valid():
    assert is_slug(unique_slug("a" * 200, lambda slug: slug == "a" * 200))


@given(st.text(max_size=300))
def test_any_text_becomes_a_slug(text):
    assert is_slug(slugify(text))
    assert is_slug(clean_slug(text))
    assert len(slugify(text)) <= 80
