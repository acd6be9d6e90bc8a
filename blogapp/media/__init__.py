"""Images and files that posts show."""
