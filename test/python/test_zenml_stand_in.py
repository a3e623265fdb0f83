"""Every name of the stand-in for ZenML leads to something that is there."""

import importlib

import pytest
import runlens
from runlens._zenml import MODULES

NAMES = [(module, name) for module, names in MODULES.items() for name in names]


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_each_name_can_be_imported(module, name):
    assert getattr(importlib.import_module(module), name) is not None


def test_they_are_runlenss_own():
    import zenml
    from zenml.artifacts.external_artifact import ExternalArtifact
    from zenml.config.retry_config import StepRetryConfig

    assert zenml.step is runlens.step
    assert ExternalArtifact is runlens.ExternalArtifact
    assert StepRetryConfig is runlens.RetryConfig
    assert not hasattr(zenml, "__file__")
    assert "step" in dir(zenml)
    assert "client" in dir(zenml)


def test_everything_public_can_be_imported():
    assert all(getattr(runlens, name) is not None for name in runlens.__all__)
