"""A step whose output has no name yet."""

from runlens import pipeline, step


@step
def count_words(text: str = "to be or not to be"):
    return {"words": len(text.split())}


@pipeline
def counting():
    count_words()
