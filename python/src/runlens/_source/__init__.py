"""What the user's source is: the root, functions, modules, notebooks."""
