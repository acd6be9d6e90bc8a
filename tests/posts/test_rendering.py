"""What is made of a body when it is saved."""

from blogapp.extensions import db
from blogapp.site.models import Site


def prose(browser, post):
    return browser.page(f"/posts/{post.slug}").select_one(".prose p").text


def test_quotation_marks_are_those_of_the_posts_language(browser, make_post):
    assert (
        prose(browser, make_post("Sperren", body='Ein "Lease".', language="de")) == "Ein „Lease“."
    )
    assert prose(browser, make_post("Leases", body='A "lease".')) == "A “lease”."


def test_a_post_without_a_language_speaks_that_of_the_blog(browser, make_post):
    db.session.add(Site(id=1, title="Sperren", language="de"))
    db.session.commit()

    assert prose(browser, make_post("Leases", body='Ein "Lease".')) == "Ein „Lease“."


def test_what_is_set_in_type_is_found_as_it_is_typed(browser, make_post):
    make_post("Leases", body='It\'s a "lease".')

    found = browser.page('/?q=it\'s+"lease"')

    assert [title.text.strip() for title in found.select(".post-card__title")] == ["Leases"]


def test_pelicans_links_to_choices_lead_to_them(browser, make_post):
    body = "[a]({category}updates), [b]({tag}dns), [c](https://a.example/{filename})"

    links = browser.page(f"/posts/{make_post('Updates', body=body).slug}").select(".prose p a")

    assert [link["href"] for link in links] == [
        "/domains/updates",
        "/tags/dns",
        "https://a.example/%7Bfilename%7D",
    ]
