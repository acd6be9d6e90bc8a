import pytest

from blogapp.importing.gathering import references

# What it holds is the same whichever database stands behind it.


def names(body):
    return list(dict.fromkeys(item.name for item in references(body)))


@pytest.mark.parametrize(
    "body",
    [
        "![alt](images/a.png)",
        '![alt](images/a.png "A title")',
        "![an [inner] alt](images/a.png)",
        "[![alt](images/a.png)](https://a.example)",
        '<img alt="x"\n  src="images/a.png">',
        "<img src='images/a.png'/>",
        "<img src=images/a.png>",
        "[ref]: images/a.png",
        '{{< figure src="images/a.png" title="x" >}}',
        "[the file](images/a.png)",
        '<video poster="images/a.png"></video>',
    ],
)
def test_a_reference_is_found_however_it_is_written(body):
    assert "images/a.png" in names(body)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("![x](<a b.png>)", "a b.png"),
        ("![x](a%20b.png)", "a%20b.png"),
        ("![x](a_(1).png)", "a_(1).png"),
        ('<img src="a&amp;b.png">', "a&b.png"),
        ('![x]({{ "/a.png" | relative_url }})', '{{ "/a.png" | relative_url }}'),
        ('<img src="{{ "/a.png" | url }}">', '{{ "/a.png" | url }}'),
        ("![x]({static}/a.png)", "{static}/a.png"),
    ],
)
def test_a_reference_keeps_the_spelling_of_the_body(body, name):
    assert names(body) == [name]


@pytest.mark.parametrize(
    "body",
    [
        "![x](https://a.example/a.png)",
        "![x](//a.example/a.png)",
        "![x](data:image/png;base64,AAAA)",
        "[x](#top)",
        "[x](mailto:a@a.example)",
        "```\n![x](a.png)\n```",
        "`![x](a.png)`",
        "~~~\n<img src='a.png'>\n",
    ],
)
def test_what_lies_outside_or_in_code_is_no_reference(body):
    assert names(body) == []


def test_references_know_their_line():
    body = "Text.\n\n![x](a.png)\n\n```\ncode\n```\n\n![y](b.png)\n"

    found = {item.name: item.line for item in references(body, first_line=10)}

    assert found == {"a.png": 12, "b.png": 18}


@pytest.mark.parametrize("text", ["![", "](", "](a", "<img ", "`a``b```c", "{{< src=", "![a]("])
def test_a_body_made_to_be_slow_is_looked_through_in_reasonable_time(text):
    body = text * (300_000 // len(text))

    assert sum(1 for _reference in references(body)) < 300_000


@pytest.mark.parametrize(
    ("file", "reference"),
    [
        ("content/posts/a/pic.png", "pic.png"),
        ("content/posts/a/images/pic.png", "./images/pic.png"),
        ("content/posts/pic.png", "../pic.png"),
        ("static/img/pic.png", "/img/pic.png"),
        ("assets/img/pic.png", "/img/pic.png"),
        ("src/assets/pic.png", "@/assets/pic.png"),
        ("content/pic.png", "{static}/pic.png"),
        ("assets/pic.png", "{{ site.baseurl }}/assets/pic.png"),
        ("content/posts/a/my pic.png", "my%20pic.png"),
        ("content/posts/a/pic.png", "pic.png?v=1#center"),
    ],
)
def test_a_picture_is_found_where_its_generator_looks(
    tree, take_in, get_post, png, file, reference
):
    tree("content/posts/_index.md", "---\ntitle: x\n---\n")
    tree("content/posts/a/index.md", f'---\ntitle: A\n---\n<img src="{reference}" alt="">')
    tree(file, png())

    report = take_in()

    post = get_post("a")
    assert [used.name for used in post.media] == [reference]
    assert "/media/" in post.html
    assert report.problems == []


def test_a_picture_that_nobody_has_is_noted_with_its_line(tree, take_in):
    tree("a.md", "---\ntitle: A\n---\n\nText.\n\n![x](gone.png)\n")

    assert [str(p) for p in take_in().problems] == ["a.md:7: the picture gone.png is not there"]


def test_nothing_outside_the_site_is_taken_in(tree, take_in, get_post, png, tmp_path):
    (tmp_path / "secret.png").write_bytes(png())
    tree("a.md", "---\ntitle: A\n---\n![x](../secret.png) ![y](link.png) ![z](/../secret.png)")
    (tree.root / "link.png").symlink_to(tmp_path / "secret.png")

    report = take_in()

    assert get_post("a").media == []
    assert len(report.problems) == 3


def test_a_file_that_is_no_picture_is_noted_and_the_post_comes_in(tree, take_in, get_post):
    tree("a.md", "---\ntitle: A\n---\n![x](x.png) ![y](y.svg)")
    tree("x.png", "<html>")
    tree("y.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")

    report = take_in()

    assert get_post("a").media == []
    assert len(report.problems) == 2
    assert all("was not taken in" in problem.what for problem in report.problems)


def test_files_beside_a_post_come_along(tree, take_in, browser):
    tree("a.md", "---\ntitle: A\n---\n[data](figures.csv) [page](other.html) [code](run.sh)")
    tree("figures.csv", "a,b\n1,2\n")
    tree("other.html", "<script>1</script>")
    tree("run.sh", "rm")

    take_in()

    addresses = [a["href"] for a in browser.page("/posts/a").select(".prose a")]
    assert addresses[0].startswith("/media/")
    assert addresses[1:] == ["other.html", "run.sh"]
    assert browser.get(addresses[0]).headers["Content-Disposition"].startswith("attachment")


def test_the_picture_in_front_matter_is_the_cover(tree, take_in, get_post, png):
    tree("a.md", "---\ntitle: A\nimage: /img/cover.png\n---\n")
    tree("b.md", "---\ntitle: B\ncover: {image: gone.png}\n---\n")
    tree("static/img/cover.png", png())

    take_in()

    assert get_post("a").cover.name == "cover.png"
    assert get_post("b").cover is None


def test_pictures_that_template_tags_name_are_found():
    body = 'Text\n\n{% image "assets/a.png" "A" %}\n`{% image b.png %}`\n'

    assert [(found.name, found.line) for found in references(body, first_line=4)] == [
        ("assets/a.png", 6)
    ]
