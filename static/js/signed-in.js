// On pages for authors: remember that somebody signs in here, so that posts offer to be edited.
try {
  localStorage.author = "yes"
} catch {
  // Storage is closed to us: posts show no link then.
}
