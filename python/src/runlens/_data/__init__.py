"""Values: digests of them, as JSON, and as files of a step's outputs."""
