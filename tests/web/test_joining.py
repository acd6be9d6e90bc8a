"""Modules become one file, in their order, or are refused."""

from pathlib import Path

import pytest

from blogapp.web.joining import NotJoined, join_modules, lean

SCRIPTS = Path(__file__).parents[2] / "static" / "js"


def joined(entry="pages/a.js", **modules):
    """Join modules given by the names of their files: ``words="…"`` is ``editor/words.js``."""
    texts = {f"editor/{name}.js": text for name, text in modules.items()}
    texts["pages/a.js"] = texts.pop("editor/a.js")
    return join_modules(entry, read=texts.__getitem__, place=lambda name, _text: f"./{name}")


def script(name):
    return (SCRIPTS / name).read_text(encoding="utf-8")


def order(text, *names):
    return sorted(names, key=lambda name: text.index(f"const $editor_{name} ="))


def test_a_module_stands_behind_what_it_imports():
    made = joined(
        a='import "../editor/one.js"\nimport "../editor/two.js"\n',
        one='import { three } from "./three.js"\nthree()\n',
        two="two\n",
        three="export function three() {}\n",
    )

    assert order(made.text, "one", "two", "three") == ["three", "one", "two"]
    assert "import" not in made.text
    assert "const { three } = $editor_three;" in made.text


def test_a_module_is_there_once():
    made = joined(
        a='import "../editor/one.js"\nimport "../editor/two.js"\n',
        one='import * as words from "./three.js"\n',
        two='import { three as words } from "./three.js"\n',
        three="export const three = 3\n",
    )

    assert made.text.count("const three = 3") == 1
    assert "const words = $editor_three;" in made.text
    assert "const { three: words } = $editor_three;" in made.text


def test_what_is_imported_on_demand_is_a_file_of_its_own_and_shares_the_rest():
    made = joined(
        a='import "../editor/one.js"\n',
        one='import { three } from "./three.js"\nconst go = () => import("./two.js")\n',
        two='import * as library from "../../vendor/big-1.js"\n'
        'import { three } from "./three.js"\nexport const two = three + library.one\n',
        three="export const three = 3\n",
    )

    part = made.parts["a-two.js"]
    assert 'import("./a-two.js").then((part) => part.default({ $editor_three }))' in made.text
    assert part.startswith('import * as $___vendor_big_1 from "../../vendor/big-1.js"\n')
    assert "export default ({ $editor_three }) => made ??=" in part
    assert "const three = 3" not in part


def test_what_two_parts_need_comes_with_the_first_file():
    made = joined(
        a='const go = () => [import("../editor/one.js"), import("../editor/two.js")]\n',
        one='import { three } from "./three.js"\n',
        two='import { three } from "./three.js"\n',
        three="export const three = 3\n",
    )

    assert made.text.count("const three = 3") == 1
    assert [part.count("const three = 3") for part in made.parts.values()] == [0, 0]


@pytest.mark.parametrize(
    "module",
    [
        "export default 3\n",
        "export let three = 3\n",
        "export { three }\n",
        'export * from "./words.js"\n',
        'import three from "./words.js"\n',
        'import { four } from "./words.js"\n',
        "const go = (name) => import(name)\n",
        "const go = () => import(`./words.js`)\n",
        "const here = import.meta.url\n",
        "const answer = await fetch(address)\n",
        "await fetch(address)\n",
        "const text = `one\n  two`\n",
        'import { one } from "./one.js"\n',
    ],
)
def test_what_is_not_understood_is_refused(module):
    with pytest.raises(NotJoined, match=r"one\.js"):
        joined(a='import "../editor/one.js"\n', one=module, words="export const three = 3\n")


@pytest.mark.parametrize(
    "module",
    [
        "const FENCE = /^(`{3,}|~{3,})/\n",
        "const tick = '`'\n",
        'const words = `a ${b ? `c ${d}` : "`"} e`\n',
        "class A {\n  async read() {\n    await this.wait()\n  }\n}\n",
        "const read = async () => await wait()\n",
        "// await nobody\n/** `one\n * import it\n */\nconst a = 1\n",
    ],
)
def test_what_is_understood_is_kept_as_it_is(module):
    made = joined(a='import "../editor/one.js"\n', one=module)

    assert lean(module).strip() in made.text


def test_only_comments_of_their_own_lines_are_left_out():
    text = '/** Says\n * it. */\nconst a = "// b" // c\n\n  // d\n  const e = /[/*]/\n'

    assert lean(text) == 'const a = "// b" // c\nconst e = /[/*]/\n'


def test_every_module_that_pages_load_can_be_joined():
    entries = sorted(path.name for path in (SCRIPTS / "pages").glob("*.js"))

    for entry in entries:
        made = join_modules(f"pages/{entry}", read=script, place=lambda name, _text: f"./{name}")
        assert "\nimport {" not in made.text
    assert "editor.js" in entries
