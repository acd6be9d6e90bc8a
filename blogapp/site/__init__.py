"""What belongs to the blog itself: its title, its look, its time zone."""
