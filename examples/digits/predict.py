"""Loads the newest classifier and lets it read ten of the test images. Run train.py before."""

from runlens import Client

from features import features_of, labels_of


def main() -> None:
    """Prints what is seen beside what is there."""
    client = Client()
    classifier = client.get_artifact_version("classifier")
    sample = client.get_artifact_version("test").load().head(10)
    model = classifier.load()
    print(f"{classifier.name} v{classifier.version}")
    print("reads:", *model.predict(features_of(sample)))
    print("truth:", *labels_of(sample))


if __name__ == "__main__":
    main()
