"""Steps and pipelines as they are written, composed and registered."""
