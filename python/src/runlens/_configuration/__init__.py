"""Run configurations: files with options and parameters."""
