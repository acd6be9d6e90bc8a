from bench import rendering


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
