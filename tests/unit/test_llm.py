"""The seam to language models."""

import pytest

from nlu.llm import (
    LanguageModel,
    ModelUnavailable,
    NoModel,
    Prompt,
    RealModelForbidden,
    ScriptedModel,
    complete,
    real_models_forbidden,
    require_real_models_allowed,
)

PROMPT = Prompt(system="짧게", user="안녕")


async def test_without_a_model_the_caller_is_told() -> None:
    """NoModel is a model that is never available."""
    assert isinstance(NoModel(), LanguageModel)
    with pytest.raises(ModelUnavailable):
        await complete(NoModel(), PROMPT, deadline=1)


async def test_a_script_answers_in_order_and_ends() -> None:
    """The scripted model streams its answers one after the other and remembers what it was asked."""
    model = ScriptedModel(["하나 둘", "셋"])
    assert (await complete(model, PROMPT, deadline=1)).split() == ["하나", "둘"]
    assert (await complete(model, PROMPT, deadline=1)).strip() == "셋"
    with pytest.raises(ModelUnavailable):
        await complete(model, PROMPT, deadline=1)
    assert len(model.prompts) == 3


def test_the_switch_forbids_real_models() -> None:
    """Within the block a real model's first line raises, and afterwards it does not."""
    with real_models_forbidden(), pytest.raises(RealModelForbidden, match="solar"):
        require_real_models_allowed("solar")
    require_real_models_allowed("solar")


def test_a_prompt_hides_its_words() -> None:
    """What a person said does not appear when a prompt is printed."""
    assert "안녕" not in repr(PROMPT)
