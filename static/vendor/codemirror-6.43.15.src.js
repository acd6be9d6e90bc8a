// What codemirror-6.43.15.min.js holds of CodeMirror, and how it is made of it.
//
// With Node 20, in an empty folder, codemirror-6.43.15.lock.json beside as package-lock.json,
// codemirror-6.43.15.package.json as package.json, codemirror-6.43.15.language.src.js as language.js
// and this file as src.js (the lock has a hash of every package):
//   npm ci --ignore-scripts
//   npx esbuild src.js --bundle --format=esm --target=es2022 --legal-comments=none \
//     --alias:@codemirror/language=./language.js --alias:@lezer/common=./language.js --outfile=out.js
//   npx terser out.js --module --ecma 2022 --mangle \
//     --compress passes=3,pure_getters=true,keep_fargs=false --output codemirror-6.43.15.min.js
// The name has the version of @codemirror/view; manifest.json has the hash of what comes out.

export { copyLineDown, copyLineUp, history, historyKeymap, moveLineDown, moveLineUp, standardKeymap } from "@codemirror/commands"
export { Compartment, EditorState, StateEffect, StateField, Transaction } from "@codemirror/state"
export { Decoration, EditorView, ViewPlugin, keymap, placeholder } from "@codemirror/view"
