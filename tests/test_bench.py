from bench import finding, pages, rendering


def test_kinds_of_posts_are_told_apart_and_measured():
    code = "```\n" + "x\n" * 30 + "```\n"
    texts = {
        "prose": "Words.",
        "mostly code": code,
        "tables": "|a|\n|-|\n|b|\n",
        "pictures": "![a](b)\n\n" * 5,
    }
    bodies = [
        rendering.Body("test", rendering._kind_of(text, rendering.render(text)), text)
        for text in texts.values()
    ]

    costs = rendering.measure_kinds(bodies, rounds=1)

    assert [body.kind for body in bodies] == [*texts]
    assert {cost.kind for cost in costs} == {f"test: {kind}" for kind in texts}
    assert all(cost.milliseconds > 0 for cost in costs)


def test_a_child_costs_more_than_none():
    child = rendering.measure_confinement([rendering.Body("test", "prose", "Words.")], rounds=1)

    assert child.there > child.here > 0


def test_pages_are_measured_beside_a_bare_answer():
    bare, *others = pages.measure(posts=30, requests=2, rounds=1)

    assert bare.path == "/bench/bare"
    assert all(page.kilobytes > bare.kilobytes for page in others)


def test_finding_is_measured_beside_the_first_page(tmp_path):
    few, more = tmp_path / "few", tmp_path / "more"
    for folder in (few, more):
        folder.mkdir()

    blogs = finding.measure({20: few, 40: more}, requests=2, rounds=2)

    assert [blog.posts for blog in blogs] == [20, 40]
    for blog in blogs:
        assert {finding.BARE, *finding.GROWING} <= blog.answers.keys()
        assert all(answer.p50 <= answer.p99 for answer in blog.answers.values())
        assert blog.answers[finding.FRONT].kilobytes > blog.answers[finding.BARE].kilobytes
        assert blog.memory > 0 < blog.after_a_change
