from blogapp.posts.places import SPARSE, Places


def test_a_post_is_found_by_its_id_however_ids_lie():
    for ids in ([3, 1, 2], [7, 10**12, 5], list(range(500, 0, -1)), [10**9]):
        places = Places(ids)

        assert places.of(ids) == list(range(len(ids)))
        assert places.of([0, -1, 10**18, 4 * SPARSE * len(ids) + 7, *ids[:1]]) == [0]


def test_nothing_is_found_among_no_posts():
    assert Places([]).of([0, 1, -1]) == []
