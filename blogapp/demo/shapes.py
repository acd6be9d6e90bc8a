"""What real blogs look like, as numbers: counted over fifteen public engineering blogs.

Shares and weights follow 3,469 posts of 2004 to 2026. Where one blog stands for
all, it is one of 767 posts that has been going on for fourteen years.
"""

# How many posts of a thousand have 0, 1, 2, … tags.
TAGS_PER_POST = (44, 187, 273, 207, 124, 72, 39, 20, 14, 8, 4, 3)
# The nth tag is used in proportion to 1 / n to this power: the median of ten blogs.
TAG_POPULARITY = 1.04
MOST_TAGS = 800
# Of twenty who sign, the first wrote most: again 1 / n to this power.
AUTHOR_POPULARITY = 0.99
SECOND_AUTHORS = 0.1

# A body's length in characters is lognormal, with these for its logarithm.
LENGTH = (8.58, 0.978)
LONGEST = 60_000
WITH_SUMMARY = 0.47
WITH_HEADINGS, HEADINGS = 0.747, 7.2  # the share of posts, and how many on average
WITH_CODE, CODE_BLOCKS = 0.316, 6.1
WITH_TABLE = 0.036
WITH_SERIES = 0.05
WITH_DOMAIN = 0.92
UPDATED = 0.12
SCHEDULED = 500  # one in so many is still to come
LANGUAGES = {"": 930, "de": 40, "ja": 20, "ru": 10}
KINDS = {"article": 58, "note": 24, "guide": 9, "release": 6, "": 3}

# Posts in each month up to the present one, with the months that had none.
MONTHS = (
    *(1, 0, 0, 0, 3, 2, 4, 3, 5, 3, 2, 6, 3, 2, 2, 7, 3, 4, 2, 2, 1, 4, 1, 2, 1, 2, 0, 0, 1, 0, 1),
    *(1, 0, 1, 1, 0, 1, 0, 1, 0, 5, 0, 1, 1, 2, 2, 3, 5, 6, 6, 6, 4, 4, 5, 3, 12, 6, 12, 11, 7, 9),
    *(4, 6, 7, 7, 9, 8, 12, 7, 8, 7, 8, 6, 8, 7, 6, 2, 6, 5, 5, 5, 5, 3, 6, 6, 9, 3, 6, 3, 7, 3, 1),
    *(4, 4, 2, 6, 4, 7, 6, 5, 3, 3, 2, 4, 5, 2, 6, 5, 6, 2, 7, 5, 4, 5, 3, 6, 6, 3, 5, 5, 7, 2, 8),
    *(12, 3, 6, 8, 12, 5, 3, 9, 2, 6, 5, 5, 12, 16, 3, 4, 3, 6, 4, 7, 4, 2, 5, 4, 5, 8, 6, 4, 7, 3),
    *(2, 10, 8, 4, 4, 13, 5, 5, 5, 4, 8, 3, 4),
)
WEEKDAYS = (157, 252, 146, 172, 192, 39, 42)  # of a thousand, from Monday
# Three in ten posts say at what hour they came out; the rest have the day alone.
TIMED = 0.31
HOURS = (
    *(53, 35, 37, 41, 52, 39, 37, 37, 51, 61, 74, 101),
    *(93, 164, 122, 133, 130, 137, 143, 113, 97, 111, 83, 89),
)


def tag_count(posts: int) -> int:
    """Return how many tags a blog of so many posts has, by what ten blogs grew to.

    >>> tag_count(10), tag_count(1000), tag_count(100_000)
    (21, 195, 800)
    """
    grown: float = 7.07 * posts**0.48
    return min(MOST_TAGS, max(8, round(grown)))
