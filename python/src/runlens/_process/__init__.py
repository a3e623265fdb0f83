"""What this process and its threads are doing."""
