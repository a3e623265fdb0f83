"""What a run left behind, and how it is shown."""
