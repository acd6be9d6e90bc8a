"""The demo blog: posts about this software and about engineering."""
