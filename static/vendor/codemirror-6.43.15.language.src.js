// What commands ask of @codemirror/language, answered as it answers where no language is known: a
// new line goes as far in as the one before it. So nothing that reads languages comes along.
export class IndentContext {
  constructor({ doc, tabSize }) {
    this.doc = doc
    this.tabSize = tabSize
  }

  lineIndent(at) {
    let columns = 0
    for (const letter of /^\s*/.exec(this.doc.lineAt(at).text)[0]) {
      columns += letter === "\t" ? this.tabSize - (columns % this.tabSize) : 1
    }
    return columns
  }
}
export const getIndentation = () => null
export const getIndentUnit = () => 2
export const indentString = (_state, columns) => " ".repeat(columns)

const nothing = () => null
export const syntaxTree = () => ({ resolveInner: () => ({ childBefore: nothing, childAfter: nothing }) })

// Asked by commands that are left out.
export const [indentUnit, matchBrackets, NodeProp] = [null, nothing, {}]
