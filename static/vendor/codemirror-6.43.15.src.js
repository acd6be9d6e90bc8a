// What codemirror-6.43.15.min.js holds of CodeMirror and Lezer, and how it is made of them.
//
// With Node 20, in an empty folder, codemirror-6.43.15.lock.json beside as package-lock.json and
// codemirror-6.43.15.package.json as package.json (the lock has a hash of every package):
//   npm ci --ignore-scripts
//   cp …/codemirror-6.43.15.src.js src.js
//   npx esbuild src.js --bundle --format=esm --minify --target=es2022 --legal-comments=none \
//     --outfile=codemirror-6.43.15.min.js
// The name has the version of @codemirror/view; manifest.json has the hash of what comes out.

export { copyLineDown, copyLineUp, history, historyKeymap, moveLineDown, moveLineUp, standardKeymap } from "@codemirror/commands"
export { HighlightStyle, Language, defineLanguageFacet, syntaxHighlighting } from "@codemirror/language"
export { Compartment, EditorState, StateEffect, StateField, Transaction } from "@codemirror/state"
export { Decoration, EditorView, keymap, placeholder } from "@codemirror/view"
export { styleTags, tags } from "@lezer/highlight"
export { GFM, parser } from "@lezer/markdown"
