import re
from datetime import UTC, datetime, timedelta

import flask_babel
import pytest
from babel import Locale
from babel.support import NullTranslations

from blogapp.accounts.registering import make_link
from blogapp.extensions import db
from blogapp.site.reading import get_site

# Wording and markup, out of rows that other tests read on either database.

MARCH = datetime(2026, 3, 18, 12, tzinfo=UTC)
# What pages name as it is: codes, zones, file formats, people.
LEFT_ALONE = (
    "script, style, code, kbd, pre, option, datalist, textarea, "
    ".conflict__text:not(.conflict__open), .result-preview__address"
)
NAMES = (
    r"[A-Z][A-Za-z_]+/[A-Za-z_/]+|UTC|Markdown|Python|code-\d+\.py|Ctrl|Shift|Alt|Enter|Esc"
    r"|WordPress|Ghost|Medium|Substack|Blogger|beehiiv|Buttondown"
    r"|/[a-z0-9/.-]+|https?:\S+|[a-z]+@[a-z.]+|#[0-9A-F]{6}|\{\w+\}|s{4,}"
)
BODY = """# Раз

Текст.[^1]

```python
# код
```

| a |
|---|
| б |

> [!NOTE]
> Да.

- [x] да

## Два

Текст.

[^1]: Сноска.
"""


@pytest.fixture
def speak(app):
    """Set the blog's language, and other columns of its settings."""

    def set_language(language, **columns):
        site = get_site()
        for name, value in {"language": language, **columns}.items():
            setattr(site, name, value)
        db.session.add(site)
        db.session.commit()

    return set_language


@pytest.fixture
def owner(make_author, as_author):
    """The owner, whose name is in letters that no word of ours has."""
    return as_author(make_author("Ольга", email="olga@example.com", role="owner"))


class TestTheBlogsLanguage:
    def test_the_interface_speaks_the_blogs_language(self, browser, make_post, speak):
        speak("de")
        make_post("Über Indizes", tags=["Postgres"], published_at=MARCH)

        page = browser.page("/")

        assert page.html["lang"] == "de"
        assert page.select_one("[role=status]").text == "1 Beitrag"
        assert page.select_one(".header__nav").get_text(" ", strip=True) == (
            "Beiträge Schlagwörter Archiv"
        )

    def test_readers_do_not_choose_it(self, browser, speak):
        speak("de")

        page = browser.page("/", headers={"Accept-Language": "en", "Cookie": "language=en"})

        assert page.html["lang"] == "de"

    @pytest.mark.parametrize(
        ("language", "shown"),
        [("de", "de"), ("de-AT", "de-AT"), ("en-GB", "en-GB"), ("fr", "en"), ("tlh", "en")],
    )
    def test_without_a_translation_it_is_english(self, browser, speak, language, shown):
        speak(language)

        assert browser.page("/").html["lang"] == shown

    def test_the_settings_offer_what_it_speaks(self, owner, speak):
        speak("de", date_format="usual")

        page = owner.page("/write/settings")

        offered = {option["value"]: option.text for option in page.select("datalist option")}
        assert offered == {"en": "English", "de": "Deutsch"}
        assert page.select_one("#date_format [selected]")["value"] == "usual"

    def test_it_changes_with_the_settings(self, owner, browser):
        form = owner.page("/write/settings").select_one("form[method=post]")
        fields = {
            field["name"]: field.text if field.name == "textarea" else field.get("value", "")
            for field in form.select("input[name], textarea[name]")
        }
        fields |= {
            select["name"]: (select.select_one("[selected]") or select.option)["value"]
            for select in form.select("select")
        }

        saved = owner.post("/write/settings", data=fields | {"language": "de"})

        assert saved.status_code == 303
        assert "Einstellungen gespeichert." in owner.get("/write/settings").text
        assert browser.page("/archive").h1.text == "Archiv"

    def test_what_an_author_wrote_stays_as_it_is(self, browser, make_post, speak):
        speak("de")
        shown = '<nav aria-label="Footnotes"> or <p aria-label="Table">'
        make_post("Labels", body=f"`{shown}`\n\n~~~\n{shown}\n~~~\n", published_at=MARCH)

        codes = browser.page("/posts/labels").select(".prose code")

        assert [code.text.strip() for code in codes] == [shown, shown]


class TestSentences:
    def test_a_choice_is_one_sentence(self, browser, make_post, speak):
        speak("de")
        for n in range(3):
            make_post(f"Beitrag {n}", tags=["DNS", "Postgres"], domain="Netze", published_at=MARCH)

        page = browser.page("/?tag=dns&tag=postgres&domain=netze&year=2026&sort=oldest&month=3")

        assert page.select_one("[role=status]").text == (
            "3 Beiträge zu DNS und Postgres, im Bereich Netze, aus dem März 2026,"
            " die ältesten zuerst"
        )

    def test_numbers_and_months_are_written_as_the_language_does(
        self, browser, make_post, make_posts, speak
    ):
        speak("de", date_format="%-d. %B %Y")
        make_post("Im März", published_at=MARCH, body="Wort " * 1300)

        assert browser.page("/").select_one(".post-card time").text == "18. März 2026"
        assert browser.page("/archive/2026/3").h1.text == "März 2026"
        assert browser.page("/archive").select_one(".index__entry a").text == "März"

    @pytest.mark.parametrize(
        ("language", "shown"),
        [("de", "18.03.2026"), ("en", "18 Mar 2026"), ("en-US", "Mar 18, 2026")],
    )
    def test_dates_can_be_as_is_usual(self, browser, make_post, speak, language, shown):
        speak(language, date_format="usual")
        make_post("Usual", published_at=MARCH)

        assert browser.page("/").select_one(".post-card time").text == shown

    def test_thousands_are_set_apart(self, author, make_post, speak):
        speak("de")
        make_post("Lang", body="Wort " * 1300, authors=[author.author])

        assert "1.300 Wörter" in author.page("/write/posts").select_one(".post-table__facts").text

    def test_what_is_put_into_a_sentence_is_escaped(self, browser, make_post, speak):
        speak("de", title="<b>Plumb</b>")

        page = browser.page("/login")

        assert page.h1.text == "Bei <b>Plumb</b> anmelden"
        assert page.h1.b is None

    def test_forms_say_what_is_wrong_in_the_blogs_language(self, author, make_post, speak):
        speak("de")

        answer = author.post("/write/posts/new", data={"title": "", "series_position": "x"})

        assert answer.status_code == 422
        assert "Geben Sie ihm einen Titel" in answer.text
        assert "Not a valid integer" not in answer.text

    def test_errors_are_explained_in_the_blogs_language(self, browser, speak):
        speak("de")

        assert browser.page("/posts/nothing", status=404).h1.text == "Hier ist nichts"
        assert browser.page("/?page=0", status=400).h1.text == "Diese Adresse ergibt keinen Sinn"


class TestLanguagesOfTexts:
    """The interface may be in another language than the text it stands around."""

    def test_a_text_in_the_blogs_language_says_so(self, browser, make_post, speak):
        speak("fr", heading="Carnet")
        make_post("Sur les index", summary="En bref.")

        listing, post = browser.page("/"), browser.page("/posts/sur-les-index")

        assert listing.h1["lang"] == "fr"
        assert listing.select_one(".post-card__title")["lang"] == "fr"
        assert listing.select_one(".post-card__summary")["lang"] == "fr"
        assert post.h1["lang"] == "fr"
        assert post.select_one(".prose")["lang"] == "fr"

    def test_a_post_in_a_language_of_its_own_says_so(self, browser, make_post, speak):
        speak("de")
        make_post("על אינדקסים", slug="indexes", body="טקסט", language="he")

        listing, post = browser.page("/"), browser.page("/posts/indexes")

        assert listing.select_one(".post-card__title")["lang"] == "he"
        assert post.select_one(".prose")["lang"] == "he"
        assert post.select_one(".prose")["dir"] == "rtl"

    def test_words_within_a_text_are_in_its_language(self, browser, make_post, speak):
        speak("en")
        body = "> [!NOTE]\n> Vorsicht.\n\n```sql\nSELECT 1\n```\n"
        make_post("Über Indizes", body=body, language="de")
        make_post("On indexes", body=body)

        german, english = browser.page("/posts/uber-indizes"), browser.page("/posts/on-indexes")

        assert german.html["lang"] == "en"
        assert german.select_one(".prose .callout__title").text == "Hinweis"
        assert german.select_one("copy-code")["data-word-copy"] == "Kopieren"
        assert german.select_one(".footer__links").a.text == "Feed"
        assert german.select_one(".footer__links").select("a")[-1].text == "Sign in"
        assert english.select_one(".prose .callout__title").text == "Note"

    def test_nothing_is_said_twice(self, browser, make_post, speak):
        speak("de")
        make_post("Über Indizes", language="de")

        page = browser.page("/posts/uber-indizes")

        assert [element["lang"] for element in page.select("[lang]")] == ["de"]


# A language that no English word survives: what is left of them was never translated.


class Pseudo(NullTranslations):
    def gettext(self, message):
        return altered(message)

    def ngettext(self, singular, plural, number):
        return altered(singular if number == 1 else plural)

    def upgettext(self, context, message):
        return altered(message)

    ugettext, ungettext = gettext, ngettext


def altered(text):
    """Return ``text`` with other letters, but for its gaps and its markup.

    >>> altered("Save <b>%(name)s</b>")
    'ſſſſ <b>%(name)s</b>'
    """
    parts = re.split(r"(%\(\w+\)s|<[^>]*>|&\w+;)", text)
    return "".join(part if n % 2 else re.sub("[A-Za-z]", "ſ", part) for n, part in enumerate(parts))


@pytest.fixture
def pseudo(monkeypatch, speak):
    """Every text of the interface in a language of its own, and a blog that has none of ours."""
    monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda self: Pseudo())
    # Whose months and forms are in other letters, too.
    monkeypatch.setattr("blogapp.web.language.find_locale", lambda language: Locale("ru"))
    speak("ru", title="Лот", heading="Лот", intro="Лот.", date_format="%d.%m.%Y")


@pytest.fixture
def posts(make_post, make_author):
    """Posts in every state, in letters that are not ours."""
    writer = make_author("Ада", email="ada@example.com")
    rest = {"domain": "Базы", "series": "Цикл", "tags": ["сети"], "kind": "заметка"}
    return [
        make_post("Раз", slug="один", body=BODY, summary="Кратко", authors=[writer], **rest),
        make_post(
            "Два",
            slug="два",
            body=BODY,
            language="de",
            authors=[make_author("Ева", email="eva@example.com"), writer],
            published_at=MARCH - timedelta(days=400),
            domain="Сети",
            series="Ряд",
            tags=["сети", "базы"],
            kind="статья",
        ),
        make_post("Три", slug="три", body="Текст.", published_at=None, authors=[writer]),
        make_post("Четыре", slug="четыре", body="Текст.", deleted_at=MARCH),
        make_post("О нас", slug="about", body="Текст.", is_page=True),
    ]


PUBLIC = [
    "/",
    "/?tag=сети&not=x&sort=oldest&match=any",
    "/?q=нет&domain=x&author=y",
    "/tags/сети",
    "/series/Цикл",
    "/archive/2026/1",
    "/posts/один",
    "/posts/два",
    "/about",
    "/login",
]


def test_english_is_found(browser, posts):
    assert {"Sign", "Password", "Feed", "Search"} <= english(browser, "/login")


def test_no_english_is_left_on_public_pages(app, browser, posts, pseudo):
    for address in [*PUBLIC, *addresses(app, "public")]:
        assert english(browser, address) == set(), address


@pytest.mark.parametrize("status", [404, 400, 405])
def test_no_english_is_left_in_errors(browser, pseudo, status):
    address = {404: "/posts/нет?x=", 400: "/?page=0", 405: "/logout?x="}[status]
    method = "PUT" if status == 405 else "GET"

    assert english(browser, address, method=method) == set()
    assert english(browser, f"{address}&fragment=x", method=method) == set()


def test_no_english_is_left_where_authors_work(app, owner, posts, pseudo):
    some = [f"/write/posts/{post.id}" for post in posts]
    images = [f"/write/posts/{posts[0].id}/images"]

    for address in [*some, *images, *addresses(app, "authoring"), "/logout"]:
        assert english(owner, address) == set(), address


@pytest.mark.parametrize(
    "fields", [{"title": ""}, {"title": "Раз", "slug": "?"}, {"tags": "я," * 40}]
)
def test_no_english_is_left_when_something_is_wrong(owner, pseudo, fields):
    assert english(owner, "/write/posts/new", data={"body": "Текст", **fields}) == set()


def test_no_english_is_left_when_two_people_write(owner, posts, pseudo):
    fields = {"title": "Иначе", "body": "Иначе", "version": "0"}
    address = f"/write/posts/{posts[0].id}"

    assert english(owner, address, data=fields) == set()
    assert english(owner, f"{address}/preview", data=fields) == set()


WRONG = {
    "title": "",
    "page_size": "много",
    "time_zone": "?",
    "language": "?",
    "accent": "#EEEEEE",
    "accent_dark": "?",
    "hero": "я\n" * 9,
    "script": "?",
    "head_snippet": "я",
    "navigation-0-label": "я",
    "social_links-0-address": "?",
    "series_position": "?",
    "date": "?",
    "when": "later",
    "canonical_url": "?",
}


def test_no_english_is_left_in_what_the_settings_refuse(app, owner, pseudo):
    for address in addresses(app, "authoring"):
        if address.startswith("/write/settings"):
            assert english(owner, address, data=WRONG) == set(), address
            assert english(owner, f"{address}/preview", data=WRONG) == set(), address


@pytest.mark.parametrize("act", ["", "/publication", "/withdrawal", "/trash", "/copies", "/images"])
def test_no_english_is_left_in_what_the_editor_answers(owner, posts, pseudo, act):
    for post in (posts[0], posts[2]):
        address = f"/write/posts/{post.id}{act}"
        typed = {"title": "Раз", "body": "Текст", "version": str(post.version)}

        assert english(owner, address, data=typed | {"when": "now"}) == set(), post.slug
        assert english(owner, address, data=typed | WRONG) == set(), post.slug


def test_no_english_is_left_when_a_right_is_lost(browser, make_author, as_author, posts, pseudo):
    contributor = as_author(make_author("Вера", email="vera@example.com", role="contributor"))
    address, typed = f"/write/posts/{posts[0].id}", {"title": "Раз", "body": "Текст"}

    assert english(browser, address, data=typed) == set()
    assert english(contributor, address, data=typed) == set()
    assert english(contributor, "/write/settings") == set()


def test_no_english_is_left_at_the_door(app, browser, make_author, pseudo):
    wrong = {"email": "ада", "password": "раз", "name": "Ада"}
    moment, day = datetime.now(UTC), timedelta(days=1)
    owning = f"/invite/{make_link(None, now=moment, valid=day)}"
    db.session.commit()

    assert english(browser, owning) == set()
    assert english(browser, owning, data=wrong) == set()
    author = make_author("Вера", email="vera@example.com")
    entering = f"/login/{make_link(author, now=moment, valid=day)}"
    db.session.commit()
    assert english(browser, entering) == set()
    for address in ("/login", "/login/нет", "/invite/нет"):
        assert english(browser, address, data=wrong) == set(), address


@pytest.mark.parametrize(
    "address",
    ["/?fragment=results", "/?fragment=posts", "/?tag=нет&fragment=results"],
)
def test_no_english_is_left_in_fragments(browser, posts, pseudo, address):
    assert english(browser, address) == set()


def addresses(app, blueprint):
    """The addresses of a blueprint's pages that need no more than themselves."""
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(f"{blueprint}.")
        and "GET" in rule.methods
        and not rule.arguments
    ]


def english(browser, address, *, data=None, method=None):
    """Return the words in our letters that a page shows or says."""
    if method is None:
        method = "POST" if data else "GET"
    answer = browser.open(address, method=method, data=data, follow_redirects=True)
    if answer.mimetype != "text/html":
        return set()
    page = parsed(answer.text)
    # Selectors do not reach into a <template>.
    for element in [*page.select(LEFT_ALONE), *page.find_all("script")]:
        element.decompose()
    texts = list(page.stripped_strings)
    for name in ("aria-label", "title", "placeholder", "alt", "data-news", "data-title"):
        texts += [element[name] for element in page.select(f"[{name}]")]
    texts += [
        value
        for element in page.find_all(True)
        for name, value in element.attrs.items()
        if name.startswith("data-word-")
    ]
    return {
        word for text in texts for word in re.findall(r"[A-Za-z]{3,}", re.sub(NAMES, " ", text))
    }


def parsed(html):
    from bs4 import BeautifulSoup

    return BeautifulSoup(html, "html5lib")
