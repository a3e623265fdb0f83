"""What is recorded beside a run: code, packages, machine, its load."""
