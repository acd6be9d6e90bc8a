"""Made-up names of tags, series and authors, spelled the ways that real blogs spell them."""

from itertools import product
from random import Random

# As people spell them, the most popular first.
TAGS = (
    *("engineering", "performance", "postgres", "Kubernetes", "go", "security", "testing"),
    *(
        "Python",
        "rust",
        "observability",
        "SQLite",
        "CI/CD",
        "open source",
        "web",
        "machine learning",
    ),
    *("databases", "C++", "Node.js", "networking", "DNS", "HTTP/2", "linux", "docker", "API"),
    *("LLM inference", "TypeScript", "caching", "release", "community", "tooling", "CSS", ".NET"),
    *("C#", "Système", "データベース", "Системы", "Größe", "incident", "post-mortem", "on-call"),
    *("k8s", "gRPC", "WebAssembly", "a11y", "i18n", "UTF-8", "x86/64", "R&D", "SRE", "eBPF"),
)
FIRST = (
    "distributed cloud data edge build test service stream query index cache queue type memory "
    "thread file table vector schema feature traffic event batch shard config secret access graph "
    "search storage container release mobile client server"
)
SECOND = (
    "design tuning limits tracing migration recovery safety budget patterns pipeline review "
    "cleanup ownership locality sampling rotation sharding throttling replication discovery "
    "versioning upgrades metrics alerts"
)
DOMAINS = (
    *("Databases", "Reliability", "Networking", "Security", "Machine learning", "Tooling"),
    *("Front end", "Mobile", "Data", "Platform", "Culture", "Research"),
)
GIVEN = ("Ada", "Bo", "Chidi", "Dana", "Elif", "Farid", "Grete", "Hana", "Ivo", "Jun")
FAMILY = ("Verne", "Lindgren", "Amara", "Petrov", "Kaya", "Šimić", "O’Neill", "Tanaka")


def tag_names(random: Random, count: int) -> list[str]:
    """Return so many names of tags, no two equal ignoring case, the most popular first.

    One in thirty is another's twin: a plural, or a hyphen in the place of a space.
    """
    names = dict.fromkeys(TAGS[:count])
    pairs = [*product(FIRST.split(), SECOND.split())]
    random.shuffle(pairs)
    for number, (first, second) in enumerate(pairs):
        shape = random.choices(("{0}", "{0} {1}", "{0}-{1}", "{2}{3}"), (40, 30, 12, 18))[0]
        name = shape.format(first, second, first.capitalize(), second.capitalize())
        names.setdefault(_unlike(names, name, f"{first} {second}"))
        if number % 30 == 0:
            names.setdefault(_twin(name))
        if len(names) >= count:
            break
    return [*names][:count]


def author_names(posts: int) -> list[str]:
    """Return who writes: one for a small blog, up to twenty-four."""
    names = [f"{given} {family}" for given, family in product(GIVEN, FAMILY)]
    # Steps that share no divisor with how many there are, so that names differ in both parts.
    return [names[n * 11 % len(names)] for n in range(max(1, min(24, posts // 40)))]


def series_names(random: Random, posts: int) -> list[str]:
    """Return names of series: one for each hundred and fifty posts, at most three hundred."""
    pairs = random.sample([*product(SECOND.split(), FIRST.split())], min(300, max(1, posts // 150)))
    return [f"{second.capitalize()} of a {first}" for second, first in pairs]


def _unlike(names: dict[str, None], name: str, other: str) -> str:
    """The name, or another where somebody has it already."""
    return other if name in names else name


def _twin(name: str) -> str:
    if " " in name:
        return name.replace(" ", "-")
    return name[:-1] if name.endswith("s") else f"{name}s"
