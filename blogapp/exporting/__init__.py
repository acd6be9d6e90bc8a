"""The whole blog as a tree of files that anybody can read, and back again."""
