"""Documents in Ghost's formats, for tests: made up, in the shape that its editor writes."""

import json

IMAGE = "__GHOST_URL__/content/images/2026/02/queue.png"

# Each card once: its name in Lexical and in Mobiledoc, its values, words that must be there after.
CARDS = [
    ("image", "image", {"src": IMAGE, "alt": "a queue", "caption": "A <b>queue</b>", "href": ""},
     ["A <strong>queue</strong>"]),
    ("image", "image", {"src": IMAGE, "alt": "linked", "href": "https://a.example/zoom"},
     ["https://a.example/zoom"]),
    ("gallery", "gallery",
     {"images": [{"src": IMAGE, "alt": "one", "row": 0}, {"src": IMAGE, "alt": "two", "row": 0}],
      "caption": "Two of a kind"}, ["![one]", "![two]", "Two of a kind"]),
    ("codeblock", "code", {"code": "a = '```'\n", "language": "python", "caption": "Odd"},
     ["````python\na = '```'\n````", "Odd"]),
    ("html", "html", {"html": "<table><tr><th>a</th></tr><tr><td>b</td></tr></table>"},
     ["| a |", "| b |"]),
    ("markdown", "markdown", {"markdown": "## Plain *words*\n\n- [x] done"},
     ["## Plain *words*\n\n- [x] done"]),
    ("bookmark", "bookmark",
     {"url": "https://a.example/b", "metadata": {"title": "Bee", "description": "Of bees",
      "author": "Ann", "publisher": "Hive"}, "caption": "Read it"},
     ["[Bee](https://a.example/b)", "Of bees", "Hive · Ann", "Read it"]),
    ("embed", "embed",
     {"url": "https://www.youtube.com/watch?v=hjD9jTi_DQ4", "embedType": "video",
      "html": '<iframe src="https://www.youtube.com/embed/hjD9jTi_DQ4"></iframe>',
      "caption": "A talk"}, ["https://www.youtube.com/watch?v=hjD9jTi_DQ4", "A talk"]),
    ("embed", "embed",
     {"url": "https://x.example/1", "html": '<blockquote class="tweet"><p>Short words</p>'
      '<a href="https://x.example/1">1 May</a></blockquote><script src="//x.js"></script>'},
     ["> Short words", "[1 May](https://x.example/1)"]),
    ("callout", "callout", {"calloutText": "<p>Mind <b>this</b></p>", "calloutEmoji": "💡"},
     ["> [!TIP]\n> Mind **this**"]),
    ("callout", "callout", {"calloutText": "Party", "calloutEmoji": "🎉"},
     ["> [!NOTE]\n> 🎉 Party"]),
    ("toggle", "toggle", {"heading": "Why & how", "content": "<p>Because.</p><ul><li>so</li></ul>"},
     ["<summary>Why &amp; how</summary>\n\nBecause.\n\n- so\n\n</details>"]),
    ("button", "button", {"buttonUrl": "https://a.example/go", "buttonText": "Go"},
     ["[Go](https://a.example/go)"]),
    ("button", "button", {"buttonUrl": "#/portal/signup", "buttonText": "Join us"}, ["Join us"]),
    ("audio", "audio", {"src": "/content/media/a.mp3", "title": "Episode 1", "mimeType": "x"},
     ["Episode 1", 'src="/content/media/a.mp3"']),
    ("video", "video", {"src": "/content/media/v.mp4", "caption": "A film"},
     ['src="/content/media/v.mp4"', "A film"]),
    ("file", "file", {"src": "/content/files/a.pdf", "fileTitle": "Paper", "fileName": "a.pdf",
     "fileCaption": "All of it"}, ["[Paper](/content/files/a.pdf)", "All of it"]),
    ("product", "product",
     {"productImageSrc": IMAGE, "productTitle": "Lamp", "productDescription": "<p>It shines</p>",
      "productRatingEnabled": True, "productStarRating": 4, "productButtonEnabled": True,
      "productButton": "Buy", "productUrl": "https://a.example/lamp"},
     ["**Lamp**", "★★★★☆", "It shines", "[Buy](https://a.example/lamp)"]),
    ("header", "header", {"header": "Big", "subheader": "Small", "buttonEnabled": True,
     "buttonText": "Start", "buttonUrl": "https://a.example/start", "version": 2},
     ["## Big", "Small", "[Start](https://a.example/start)"]),
    ("signup", "signup", {"header": "Sign up", "subheader": "Weekly", "disclaimer": "No spam",
     "buttonText": "Subscribe", "labels": ["a"]}, ["## Sign up", "Weekly", "No spam"]),
    ("call-to-action", "call-to-action",
     {"sponsorLabel": "<p>SPONSORED</p>", "hasSponsorLabel": True, "textValue": "<p>Try it</p>",
      "showButton": True, "buttonText": "Try", "buttonUrl": "https://a.example/try",
      "visibility": {"web": {"nonMember": True, "memberSegment": ""}, "email": {}}},
     ["SPONSORED", "Try it", "[Try](https://a.example/try)"]),
    ("collection", "collection", {"header": "Latest", "collection": "latest"}, ["## Latest"]),
    ("paywall", "paywall", {}, []),
    ("horizontalrule", "hr", {}, ["---"]),
    ("nft", "nft", {"title": "Ape", "src": "https://a.example/ape"},
     ["Ape", "https://a.example/ape"]),
]  # fmt: skip

# Nobody saw these on the site: e-mails alone had them, or members did.
HIDDEN = [
    ("email", "email", {"html": "<p>Dear {first_name}, just for you</p>"}),
    ("email-cta", "email-cta", {"html": "<p>Only by post</p>", "segment": "status:free"}),
    ("html", "html", {"html": "<p>For payers</p>", "visibility": {
        "web": {"nonMember": False, "memberSegment": "status:-free"},
        "email": {"memberSegment": ""}}}),
    ("html", "html", {"html": "<p>For mail</p>", "visibility": {
        "showOnWeb": False, "showOnEmail": True, "segment": ""}}),
]  # fmt: skip


def text(words, format=0):
    return {"type": "extended-text", "text": words, "format": format, "version": 1}


def paragraph(*children):
    return {"type": "paragraph", "children": [*children], "direction": "ltr", "version": 1}


def lexical(*nodes):
    return json.dumps({"root": {"type": "root", "children": [*nodes], "version": 1}})


def card(name, values):
    return {"type": name, "version": 1, **values}


def mobiledoc(*sections, markups=(), atoms=(), cards=()):
    document = {"version": "0.3.1", "markups": [*markups], "atoms": [*atoms], "cards": [*cards]}
    return json.dumps({**document, "sections": [*sections], "ghostVersion": "4.0"})


def cards_as_mobiledoc(cards):
    sections = [[10, number] for number in range(len(cards))]
    return mobiledoc(*sections, cards=[[name, values] for name, values in cards])


def post(number=1, **fields):
    """A row of the table of posts, as Ghost 6 writes it."""
    id = f"{number:024x}"
    return {
        "id": id, "uuid": f"00000000-0000-4000-8000-{number:012}", "comment_id": id,
        "title": f"Post {number}", "slug": f"post-{number}", "mobiledoc": None, "lexical": None,
        "html": "<p>Words.</p>", "plaintext": None, "feature_image": None, "featured": 0,
        "type": "post", "status": "published", "locale": None, "visibility": "public",
        "email_recipient_filter": "all", "created_at": "2026-02-11T08:00:00.000Z",
        "updated_at": "2026-02-21T09:30:00.000Z", "published_at": "2026-02-11T10:00:00.000Z",
        "custom_excerpt": None, "codeinjection_head": None, "codeinjection_foot": None,
        "custom_template": None, "canonical_url": None, **fields,
    }  # fmt: skip


def export(*posts, version="6.2.0", **tables):
    data = {"posts": [*posts], **tables}
    return {"db": [{"meta": {"exported_on": 1790000000000, "version": version}, "data": data}]}
