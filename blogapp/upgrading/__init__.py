"""From one version to the next while readers read, and back."""
