"""Languages of code: the names people write, the lexer for each, and how a reader calls it."""

from functools import lru_cache

from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_for_filename, get_lexer_by_name
from pygments.util import ClassNotFound

# No lexer is needed to show these as they are.
PLAIN = frozenset({"", "log", "logs", "none", "output", "plain", "plaintext", "raw", "text", "txt"})

# What Pygments has no name for, but a lexer that reads it.
_ALIASES = {
    "ansible": "yaml",
    "astro": "html",
    "avro": "json",
    "bash-session": "console",
    "bicep": "terraform",
    "bigquery": "sql",
    "blade": "html+php",
    "bpf": "c",
    "bpftrace": "c",
    "cli": "console",
    "cmdline": "console",
    "command": "bash",
    "compose": "yaml",
    "conf": "ini",
    "containerfile": "docker",
    "cshtml": "html",
    "curl": "bash",
    "docker-compose": "yaml",
    "dos": "bat",
    "dotenv": "bash",
    "ecmascript": "js",
    "editorconfig": "ini",
    "ejs": "html",
    "env": "bash",
    "es6": "js",
    "git": "console",
    "gitconfig": "ini",
    "gql": "graphql",
    "helm": "yaml",
    "html5": "html",
    "https": "http",
    "ipython": "pycon",
    "j2": "jinja",
    "jenkinsfile": "groovy",
    "jinja2": "jinja",
    "jsonc": "json",
    "k8s": "yaml",
    "kubernetes": "yaml",
    "mdx": "markdown",
    "metal": "cpp",
    "mssql": "tsql",
    "mts": "ts",
    "mustache": "html+handlebars",
    "nginxconf": "nginx",
    "node": "js",
    "oracle": "sql",
    "pgsql": "postgresql",
    "plsql": "sql",
    "postcss": "scss",
    "powershell-session": "pwsh-session",
    "processing": "java",
    "prompt": "console",
    "razor": "html",
    "shellsession": "console",
    "sqlite": "sql",
    "styl": "sass",
    "stylus": "sass",
    "svelte": "html",
    "term": "console",
    "terminal": "console",
    "vagrantfile": "ruby",
    "viml": "vim",
    "vimscript": "vim",
    "vlang": "v",
    "wasm": "wast",
    "xonsh": "python",
}
_NAMES = {
    "astro": "Astro",
    "console": "Console",
    "ini": "INI",
    "json": "JSON",
    "jsonc": "JSON with comments",
    "jsx": "JSX",
    "mdx": "MDX",
    "postgresql": "PostgreSQL",
    "pycon": "Python session",
    "svelte": "Svelte",
    "toml": "TOML",
    "ts": "TypeScript",
}
# Names of files that a lexer's first pattern does not tell.
_EXTENSIONS = {"console": "txt", "docker": "Dockerfile", "make": "Makefile", "tsx": "tsx"}


@lru_cache(maxsize=512)
def find_lexer(language: str) -> Lexer | None:
    """Return what colours a language under any of its names or file endings; None if nothing does.

    >>> find_lexer("golang").name, find_lexer("tf").name, find_lexer("yml").name
    ('Go', 'Terraform', 'YAML')
    """
    if language in PLAIN:
        return None
    for name in (language, language.rstrip("+=-")):
        try:
            return get_lexer_by_name(_ALIASES.get(name, name), stripnl=False, ensurenl=False)
        except ClassNotFound:
            continue
    return find_lexer_for_file(f"x.{language}")


@lru_cache(maxsize=512)
def find_lexer_for_file(name: str) -> Lexer | None:
    """Return what colours a file of this name, as far as the name says it.

    >>> find_lexer_for_file("app/main.rs").name, find_lexer_for_file("notes")
    ('Rust', None)
    """
    lexer = find_lexer_class_for_filename(name.rpartition("/")[2][:100])
    if lexer is None or lexer.aliases[0] == "text":
        return None
    return lexer(stripnl=False, ensurenl=False)


def language_name(language: str) -> str:
    """Return what stands above a block: a name, or the author's own word for what is unknown.

    >>> language_name("js"), language_name("rgbasm"), language_name("")
    ('JavaScript', 'rgbasm', 'Text')
    """
    if language in PLAIN:
        return "Text"
    lexer = find_lexer(language)
    name = _NAMES.get(language) or (lexer and _NAMES.get(lexer.aliases[0]))
    if name:
        return name
    return str(lexer.name) if lexer else language[:30]


def file_name(stem: str, language: str) -> str:
    """Return a file name with the ending that files in a language have.

    >>> file_name("caching-3", "python"), file_name("caching-3", "")
    ('caching-3.py', 'caching-3.txt')
    """
    lexer = find_lexer(language)
    alias = lexer.aliases[0] if lexer and lexer.aliases else ""
    patterns = lexer.filenames if lexer else []
    usual = next((p[2:] for p in patterns if p.startswith("*.") and p[2:].isalnum()), "txt")
    return f"{stem}.{_EXTENSIONS.get(alias, usual)}"
