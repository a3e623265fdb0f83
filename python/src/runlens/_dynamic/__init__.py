"""Dynamic pipelines: what step calls give, and mapping over it."""
